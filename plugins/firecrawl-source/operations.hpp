// What the routes say of themselves in the host's OpenAPI document.
#pragma once

#include <string_view>

namespace firecrawl {

inline constexpr std::string_view kWebhookOperation = R"json({
  "summary": "Takes what Firecrawl's webhook sends, of any generation",
  "description": "Signed over the raw bytes where webhook_secret is set: X-Firecrawl-Signature: sha256=<hex>.",
  "parameters": [
    {"name": "X-Firecrawl-Signature", "in": "header", "schema": {"type": "string"}}],
  "requestBody": {"required": true, "content": {"application/json": {"schema": {
    "type": "object", "required": ["type"], "additionalProperties": true, "properties": {
      "type": {"type": "string", "examples": ["crawl.page", "crawl.completed", "batch_scrape.page"]},
      "id": {"type": ["string", "number"]},
      "jobId": {"type": ["string", "number"]},
      "success": {"type": "boolean"},
      "data": {"type": ["array", "object", "null"]}}}}}},
  "responses": {
    "200": {"description": "Nothing to do, or nothing that can be done.", "content": {"application/json": {"schema": {
      "type": "object", "required": ["status"], "properties": {
        "status": {"type": "string", "enum": ["acknowledged", "ignored", "no_documents", "skipped", "failed"]},
        "event_type": {"type": "string"},
        "event_id": {"type": "string"},
        "message": {"type": "string"},
        "queued_jobs": {"type": "integer", "minimum": 0},
        "job_ids": {"type": "array", "items": {"type": "string"}},
        "pages_processed": {"type": "integer", "minimum": 0},
        "pages_skipped": {"type": "integer", "minimum": 0},
        "failed_documents": {"type": "array", "items": {
          "type": "object", "required": ["index", "error"], "properties": {
            "index": {"type": "integer", "minimum": 0},
            "url": {"type": "string"},
            "error": {"type": "string"}}}}}}}}},
    "202": {"description": "The pages are stored and will be indexed.", "content": {"application/json": {"schema": {
      "type": "object", "required": ["status"], "properties": {
        "status": {"type": "string", "enum": ["queued", "acknowledged"]},
        "event_type": {"type": "string"},
        "queued_jobs": {"type": "integer", "minimum": 0},
        "job_ids": {"type": "array", "items": {"type": "string"}},
        "pages_processed": {"type": "integer", "minimum": 0},
        "pages_skipped": {"type": "integer", "minimum": 0},
        "failed_documents": {"type": "array", "items": {
          "type": "object", "required": ["index", "error"], "properties": {
            "index": {"type": "integer", "minimum": 0},
            "url": {"type": "string"},
            "error": {"type": "string"}}}}}}}}},
    "400": {"description": "No JSON object, or a malformed signature.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
    "401": {"description": "The signature is missing or wrong.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
    "413": {"description": "Too many documents, or too many bytes.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
    "422": {"description": "No type, or no job id.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
  }
})json";

inline constexpr std::string_view kScrapeOperation = R"json({
  "summary": "Scrapes one page or many through Firecrawl and indexes them",
  "requestBody": {"required": true, "content": {"application/json": {"schema": {
    "type": "object", "properties": {
      "command": {"type": "string", "enum": ["start", "status", "cancel", "errors"], "default": "start"},
      "url": {"type": "string"},
      "urls": {"type": "array", "items": {"type": "string"}},
      "jobId": {"type": "string"},
      "timeout": {"type": "integer", "minimum": 1000, "maximum": 300000, "default": 60000},
      "maxAge": {"type": "integer", "minimum": 0, "default": 172800000},
      "forceRescrape": {"type": "boolean", "default": false},
      "cleanScrape": {"type": "boolean", "default": true},
      "resultHandling": {"type": "string", "enum": ["saveAndReturn", "saveOnly", "returnOnly"]},
      "maxChars": {"type": "integer", "minimum": 100, "maximum": 1000000, "default": 100000},
      "startIndex": {"type": "integer", "minimum": 0, "default": 0}}}}}},
  "responses": {
    "200": {"description": "What came of it, or what Firecrawl said no to.", "content": {"application/json": {"schema": {
      "type": "object", "required": ["success", "command", "data", "error"], "properties": {
        "success": {"type": "boolean"},
        "command": {"type": "string"},
        "data": {"type": ["object", "null"]},
        "error": {"type": ["object", "null"], "properties": {
          "code": {"type": "string"}, "message": {"type": "string"}, "url": {"type": ["string", "null"]}}}}}}}},
    "400": {"description": "Not JSON.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
    "408": {"description": "The page was not scraped in time.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
    "422": {"description": "The request cannot be used.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
    "502": {"description": "Firecrawl cannot be reached, or answered nothing that its API would.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
    "504": {"description": "Firecrawl did not answer in time.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
  }
})json";

inline constexpr std::string_view kProxyOperation = R"json({
  "summary": "Firecrawl's own API, with this host's key",
  "description": "Method, path, query and body go on as they are; what Firecrawl answers comes back as it is, while it comes.",
  "responses": {
    "200": {"description": "What Firecrawl answers."},
    "default": {"description": "What Firecrawl answers; {detail} where this host refuses or Firecrawl is away."}
  }
})json";

inline constexpr std::string_view kChangeOperation = R"json({
  "summary": "Takes a notice of changedetection.io: the page is scraped again and replaced",
  "description": "Signed over the raw bytes where a secret is set: X-Signature, sha256=<hex> or the hex alone.",
  "parameters": [
    {"name": "X-Signature", "in": "header", "schema": {"type": "string"}}],
  "requestBody": {"required": true, "content": {"application/json": {"schema": {
    "type": "object", "required": ["watch_id", "watch_url", "detected_at"], "additionalProperties": true, "properties": {
      "watch_id": {"type": "string"},
      "watch_url": {"type": "string"},
      "detected_at": {"type": "string"}}}}}},
  "responses": {
    "202": {"description": "The page will be scraped.", "content": {"application/json": {"schema": {
      "type": "object", "required": ["status", "job_id", "change_event_id", "url"], "properties": {
        "status": {"type": "string", "enum": ["queued"]},
        "job_id": {"type": "string"},
        "change_event_id": {"type": "integer"},
        "url": {"type": "string"}}}}}},
    "400": {"description": "The notice cannot be used.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
    "401": {"description": "The signature is missing or wrong.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
  }
})json";

}  // namespace firecrawl
