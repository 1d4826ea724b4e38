// See pipeline_schema.hpp. The defaults stand here and nowhere else.
#include "config/pipeline_schema.hpp"

#include <cassert>
#include <utility>

namespace sluice::config {

std::string_view pipeline_schema_text() {
  return R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Sluice pipeline",
  "type": "object",
  "additionalProperties": false,
  "required": ["version", "stages", "flow"],
  "properties": {
    "version": {"const": 1, "description": "Version of the file format."},
    "name": {"type": "string", "minLength": 1, "maxLength": 128,
      "description": "Name in logs and metrics; the file's name without its ending if left out."},
    "mode": {"type": "string", "enum": ["streaming", "micro-batch", "batch"], "default": "streaming"},
    "modes": {
      "type": "object", "additionalProperties": false, "default": {},
      "properties": {
        "streaming": {
          "type": "object", "additionalProperties": false, "default": {},
          "properties": {
            "max_records": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 80}
          }
        },
        "micro-batch": {
          "type": "object", "additionalProperties": false, "default": {},
          "properties": {
            "max_records": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 10},
            "max_wait": {"type": ["string", "number"], "format": "duration", "x-unit": "s", "minimum": "1ms", "default": "2s"}
          }
        },
        "batch": {
          "type": "object", "additionalProperties": false, "default": {},
          "properties": {
            "max_records": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 80},
            "in_flight": {"type": "integer", "minimum": 1, "maximum": 1024, "default": 10},
            "max_hold": {"type": ["string", "number"], "format": "duration", "x-unit": "s", "minimum": "1ms", "default": "1h"}
          }
        }
      }
    },
    "data": {"type": "string", "format": "path", "default": "./data",
      "description": "Folder of everything the host writes; relative to this file."},
    "journal": {
      "type": "object", "additionalProperties": false, "default": {},
      "properties": {
        "sync": {"type": "string", "enum": ["always", "interval", "off"], "default": "always"}
      }
    },
    "content": {
      "type": "object", "additionalProperties": false, "default": {},
      "properties": {
        "keep": {"type": ["string", "number"], "format": "duration", "x-unit": "d", "default": "30d",
          "description": "How long pages are kept as they were received, for /api/content; 0 keeps none."},
        "max_bytes": {"type": ["string", "integer"], "format": "bytes", "minimum": 1, "default": "4GiB",
          "description": "Of all of them, compressed; the oldest go first."}
      }
    },
    "limits": {
      "type": "object", "additionalProperties": false, "default": {},
      "properties": {
        "records": {"type": "integer", "minimum": 1, "maximum": 1000000000, "default": 10000},
        "bytes": {"type": ["string", "integer"], "format": "bytes", "minimum": 1, "default": "256MiB"}
      }
    },
    "http": {
      "type": "object", "additionalProperties": false, "default": {},
      "properties": {
        "listen": {"type": "string", "default": "127.0.0.1:8080",
          "description": "address:port; port 0 picks a free one."},
        "max_body": {"type": ["string", "integer"], "format": "bytes", "minimum": 1, "default": "64MiB"},
        "tls": {
          "type": "object", "additionalProperties": false, "default": {},
          "properties": {
            "certificate": {"type": "string", "default": ""},
            "key": {"type": "string", "default": ""}
          }
        }
      }
    },
    "api": {
      "type": "object", "additionalProperties": false, "default": {},
      "properties": {
        "token": {"type": "string", "x-secret": true, "default": ""},
        "rate_limit": {"type": ["string", "integer"], "format": "rate", "default": "0/s"},
        "trusted_proxies": {"type": "array", "default": [], "items": {"type": "string"},
          "description": "Addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For names the client."},
        "cors": {"type": "array", "default": [],
          "items": {"type": "string", "pattern": "^(\\*|https?://[^/?#\\s]+)$"},
          "description": "Origins (https://app.example) whose pages may call the API from a browser; * is every one."}
      }
    },
    "plugins": {
      "type": "object", "additionalProperties": false, "default": {},
      "properties": {
        "path": {"type": "array", "default": [],
          "items": {"type": "string", "format": "path"}},
        "pin": {"type": "object", "default": {},
          "additionalProperties": {"type": "string", "pattern": "^sha256:[0-9a-fA-F]{64}$"}}
      }
    },
    "timeouts": {
      "type": "object", "additionalProperties": false, "default": {},
      "properties": {
        "start": {"type": ["string", "number"], "format": "duration", "x-unit": "s", "minimum": "1ms", "default": "30s"},
        "drain": {"type": ["string", "number"], "format": "duration", "x-unit": "s", "default": "20s"}
      }
    },
    "stages": {
      "type": "object",
      "additionalProperties": {
        "type": "object", "additionalProperties": false,
        "required": ["plugin"],
        "properties": {
          "plugin": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]*$", "maxLength": 128},
          "concurrency": {"type": "integer", "minimum": 1, "maximum": 1024,
            "description": "Batches in flight."},
          "timeout": {"type": ["string", "number"], "format": "duration", "x-unit": "s", "minimum": "1ms", "default": "30s"},
          "batch": {
            "type": "object", "additionalProperties": false, "default": {},
            "properties": {
              "records": {"type": "integer", "minimum": 1, "maximum": 1000000},
              "bytes": {"type": ["string", "integer"], "format": "bytes", "minimum": 1},
              "wait": {"type": ["string", "number"], "format": "duration", "x-unit": "ms", "default": "0s"}
            }
          },
          "retry": {
            "type": "object", "additionalProperties": false, "default": {},
            "properties": {
              "attempts": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 8},
              "initial": {"type": ["string", "number"], "format": "duration", "x-unit": "ms", "minimum": "1ms", "default": "200ms"},
              "max": {"type": ["string", "number"], "format": "duration", "x-unit": "ms", "minimum": "1ms", "default": "30s"},
              "elapsed": {"type": ["string", "number"], "format": "duration", "x-unit": "s", "minimum": "1ms", "default": "15m"}
            }
          },
          "uses": {"type": "array", "items": {"type": "string"}, "default": []},
          "config": {"type": ["object", "null"], "additionalProperties": true}
        }
      }
    },
    "flow": {"type": "array", "minItems": 1},
    "search": {
      "type": "object", "additionalProperties": false, "default": {},
      "properties": {
        "embed": {"type": "string", "description": "The stage that embeds the query."},
        "providers": {
          "type": "object",
          "additionalProperties": {
            "type": "object", "additionalProperties": false,
            "properties": {
              "weight": {"type": "number", "minimum": 0, "maximum": 1000, "default": 1.0},
              "kind": {"type": "string", "enum": ["semantic", "keyword"]}
            }
          }
        },
        "rrf_k": {"type": "integer", "minimum": 1, "maximum": 100000, "default": 60},
        "timeout": {"type": ["string", "number"], "format": "duration", "x-unit": "s", "minimum": "1ms", "default": "2s"},
        "cache": {
          "type": "object", "additionalProperties": false, "default": {},
          "properties": {
            "entries": {"type": "integer", "minimum": 0, "maximum": 1000000, "default": 1000,
              "description": "Queries whose embeddings are kept in memory; 0 keeps none."},
            "ttl": {"type": ["string", "number"], "format": "duration", "x-unit": "s", "minimum": "1ms", "default": "1h"}
          }
        }
      }
    }
  }
})json";
}

Schema pipeline_schema() {
  auto schema = Schema::parse(pipeline_schema_text());
  assert(schema.ok());  // a test parses it
  return std::move(schema).value();
}

}  // namespace sluice::config
