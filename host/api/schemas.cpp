// In the order in which the API's users meet them.
#include "api/schemas.hpp"

namespace sluice::api {

std::string_view schemas_text() {
  return R"json({
  "Error": {"type": "object", "required": ["detail"], "properties": {
    "detail": {"type": "string", "description": "One sentence: what went wrong and what to do."}}},
  "Anything": {"description": "A JSON object of no fixed shape.", "type": "object", "additionalProperties": true},
  "Time": {"type": "string", "format": "date-time", "description": "RFC 3339, UTC."},
  "TimeOrNull": {"type": ["string", "null"], "format": "date-time"},
  "TextOrNull": {"type": ["string", "null"]},
  "Count": {"type": "integer", "minimum": 0},
  "Metadata": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null", "array", "object"]}},

  "SearchRequest": {"type": "object", "required": ["query"], "properties": {
    "query": {"type": "string", "minLength": 1, "maxLength": 1000},
    "mode": {"type": "string", "enum": ["hybrid", "semantic", "keyword", "bm25"], "default": "hybrid"},
    "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 10},
    "offset": {"type": "integer", "minimum": 0, "maximum": 10000, "default": 0},
    "filters": {"type": ["object", "null"], "properties": {
      "domain": {"$ref": "#/components/schemas/TextFilter"},
      "language": {"$ref": "#/components/schemas/TextFilter"},
      "country": {"$ref": "#/components/schemas/TextFilter"},
      "crawl_id": {"$ref": "#/components/schemas/TextFilter"},
      "isMobile": {"type": ["boolean", "null"]}}}}},
  "TextFilter": {"type": ["string", "array", "null"], "items": {"type": "string"}},
  "SearchAnswer": {"type": "object", "required": ["results", "total", "total_relation", "query", "mode"], "properties": {
    "results": {"type": "array", "items": {"$ref": "#/components/schemas/SearchResult"}},
    "total": {"$ref": "#/components/schemas/Count"},
    "total_relation": {"type": "string", "enum": ["eq", "gte"]},
    "query": {"type": "string"},
    "mode": {"type": "string", "enum": ["hybrid", "semantic", "keyword", "bm25"]},
    "partial": {"type": "array", "items": {"type": "string"}, "description": "Providers that were down or late."},
    "partial_reasons": {"type": "object", "additionalProperties": {"type": "string", "enum": ["failed", "late"]}}}},
  "SearchResult": {"type": "object", "required": ["id", "url", "title", "description", "text", "score", "metadata"], "properties": {
    "id": {"type": "string", "format": "uuid", "description": "Opens /api/content/{id}."},
    "url": {"type": "string"},
    "title": {"$ref": "#/components/schemas/TextOrNull"},
    "description": {"$ref": "#/components/schemas/TextOrNull"},
    "text": {"type": "string", "description": "The document's best chunk."},
    "snippet": {"type": "string"},
    "score": {"type": "number"},
    "metadata": {"$ref": "#/components/schemas/Metadata"}}},

  "Document": {"type": "object", "required": ["url", "markdown"], "properties": {
    "url": {"type": "string"},
    "resolvedUrl": {"$ref": "#/components/schemas/TextOrNull"},
    "markdown": {"type": "string"},
    "html": {"$ref": "#/components/schemas/TextOrNull"},
    "statusCode": {"type": ["integer", "null"]},
    "title": {"$ref": "#/components/schemas/TextOrNull"},
    "description": {"$ref": "#/components/schemas/TextOrNull"},
    "language": {"$ref": "#/components/schemas/TextOrNull"},
    "country": {"$ref": "#/components/schemas/TextOrNull"},
    "isMobile": {"type": ["boolean", "null"]}}},
  "Queued": {"type": "object", "required": ["job_id", "status", "message"], "properties": {
    "job_id": {"type": "string"},
    "status": {"const": "queued"},
    "message": {"type": "string"}}},

  "IndexTest": {"type": "object", "required": ["status", "url", "total_duration_ms", "steps"], "properties": {
    "status": {"type": "string", "enum": ["success", "failed", "pending"]},
    "url": {"type": "string"},
    "total_duration_ms": {"type": "number", "minimum": 0},
    "steps": {"type": "array", "items": {"type": "object", "required": ["step", "duration_ms", "status", "details"], "properties": {
      "step": {"type": "string", "description": "A stage, or accept: the way to the journal."},
      "duration_ms": {"type": "number", "minimum": 0},
      "status": {"type": "string", "enum": ["ok", "failed", "new", "known", "unchanged"]},
      "details": {"$ref": "#/components/schemas/Anything"}}}},
    "summary": {"type": "object", "required": ["outcome", "chunks_indexed", "total_tokens", "indexed_to"], "properties": {
      "outcome": {"type": "string", "enum": ["indexed", "skipped", "unchanged", "failed"]},
      "chunks_indexed": {"$ref": "#/components/schemas/Count"},
      "total_tokens": {"$ref": "#/components/schemas/Count"},
      "indexed_to": {"type": "array", "items": {"type": "string"}}}},
    "error": {"type": "string"}}},

  "Stats": {"type": "object", "required": ["total_documents", "total_chunks", "providers"],
    "additionalProperties": {"type": "integer", "minimum": 0, "description": "Points of a vector store, as <store>_points."},
    "properties": {
    "total_documents": {"$ref": "#/components/schemas/Count"},
    "total_chunks": {"$ref": "#/components/schemas/Count"},
    "bm25_documents": {"$ref": "#/components/schemas/Count"},
    "collection_name": {"type": "string"},
    "providers": {"type": "object", "additionalProperties": {"type": "object", "properties": {
      "documents": {"$ref": "#/components/schemas/Count"},
      "chunks": {"$ref": "#/components/schemas/Count"}}}}}},
  "Crawl": {"type": "object",
    "required": ["crawl_id", "state", "mode", "source", "received", "indexed", "skipped", "unchanged", "failed", "pending",
      "duplicates", "started_at", "closed_at", "done_at", "time_to_index_ms", "warnings"],
    "properties": {
    "crawl_id": {"type": "string"},
    "state": {"type": "string", "enum": ["open", "closed", "done"]},
    "mode": {"type": "string"},
    "source": {"type": "string"},
    "received": {"$ref": "#/components/schemas/Count", "description": "Distinct pages; the sum of the next five."},
    "indexed": {"$ref": "#/components/schemas/Count"},
    "skipped": {"$ref": "#/components/schemas/Count"},
    "unchanged": {"$ref": "#/components/schemas/Count"},
    "failed": {"$ref": "#/components/schemas/Count"},
    "pending": {"$ref": "#/components/schemas/Count"},
    "duplicates": {"$ref": "#/components/schemas/Count"},
    "started_at": {"$ref": "#/components/schemas/Time"},
    "closed_at": {"$ref": "#/components/schemas/TimeOrNull"},
    "done_at": {"$ref": "#/components/schemas/TimeOrNull"},
    "time_to_index_ms": {"$ref": "#/components/schemas/Percentiles"},
    "warnings": {"type": "array", "items": {"type": "string"}}}},
  "CrawlMetrics": {"type": "object",
    "required": ["crawl_id", "status", "started_at", "completed_at", "duration_ms", "total_pages", "pages_indexed", "pages_failed", "aggregate_timing"],
    "properties": {
    "crawl_id": {"type": "string"},
    "state": {"type": "string", "enum": ["open", "closed", "done"]},
    "mode": {"type": "string"},
    "source": {"type": "string"},
    "received": {"$ref": "#/components/schemas/Count", "description": "Distinct pages; the sum of the next five."},
    "indexed": {"$ref": "#/components/schemas/Count"},
    "skipped": {"$ref": "#/components/schemas/Count"},
    "unchanged": {"$ref": "#/components/schemas/Count"},
    "failed": {"$ref": "#/components/schemas/Count"},
    "pending": {"$ref": "#/components/schemas/Count"},
    "duplicates": {"$ref": "#/components/schemas/Count"},
    "started_at": {"$ref": "#/components/schemas/Time"},
    "closed_at": {"$ref": "#/components/schemas/TimeOrNull"},
    "done_at": {"$ref": "#/components/schemas/TimeOrNull"},
    "time_to_index_ms": {"$ref": "#/components/schemas/Percentiles"},
    "warnings": {"type": "array", "items": {"type": "string"}},
    "status": {"type": "string", "enum": ["open", "closed", "done"]},
    "completed_at": {"$ref": "#/components/schemas/TimeOrNull"},
    "duration_ms": {"type": ["integer", "null"]},
    "total_pages": {"$ref": "#/components/schemas/Count"},
    "pages_indexed": {"$ref": "#/components/schemas/Count"},
    "pages_failed": {"$ref": "#/components/schemas/Count"},
    "aggregate_timing": {"type": "object", "description": "By stage.", "additionalProperties": {
      "type": "object", "required": ["pages", "total_ms", "mean_ms", "max_ms"], "properties": {
        "pages": {"$ref": "#/components/schemas/Count"},
        "total_ms": {"type": "number", "minimum": 0},
        "mean_ms": {"type": "number", "minimum": 0},
        "max_ms": {"type": "number", "minimum": 0}}}}}},
  "Percentiles": {"type": "object", "required": ["p50", "p95"], "properties": {
    "p50": {"type": ["number", "null"]},
    "p95": {"type": ["number", "null"]}}},
  "CrawlList": {"type": "object", "required": ["items", "total", "limit", "offset"], "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Crawl"}},
    "total": {"$ref": "#/components/schemas/Count"},
    "limit": {"$ref": "#/components/schemas/Count"},
    "offset": {"$ref": "#/components/schemas/Count"}}},

  "Content": {"type": "object", "required": ["id", "url", "title", "markdown", "metadata", "crawl_id", "stored_at"], "properties": {
    "id": {"type": "string", "format": "uuid"},
    "url": {"type": "string"},
    "title": {"$ref": "#/components/schemas/TextOrNull"},
    "markdown": {"type": "string"},
    "metadata": {"$ref": "#/components/schemas/Metadata"},
    "crawl_id": {"type": "string", "description": "Empty: it came without a crawl."},
    "stored_at": {"$ref": "#/components/schemas/Time"}}},
  "ContentList": {"type": "object", "required": ["items", "total", "limit", "offset"], "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Content"},
      "description": "Fewer than limit where they would be more than 32 MiB."},
    "total": {"$ref": "#/components/schemas/Count"},
    "limit": {"$ref": "#/components/schemas/Count"},
    "offset": {"$ref": "#/components/schemas/Count"}}},

  "Pipeline": {"type": "object",
    "required": ["name", "mode", "generation", "stages", "pages_in_memory", "bytes_in_memory", "pages_held", "pages_on_disk"],
    "properties": {
    "name": {"type": "string"},
    "mode": {"type": "string", "enum": ["streaming", "micro-batch", "batch"]},
    "generation": {"type": "integer", "minimum": 1},
    "stages": {"type": "array", "items": {"$ref": "#/components/schemas/Stage"}},
    "pages_in_memory": {"$ref": "#/components/schemas/Count"},
    "bytes_in_memory": {"$ref": "#/components/schemas/Count"},
    "pages_held": {"$ref": "#/components/schemas/Count"},
    "pages_on_disk": {"$ref": "#/components/schemas/Count"}}},
  "Stage": {"type": "object",
    "required": ["name", "plugin", "depth", "in_flight", "retrying", "records_per_second", "utilization", "health", "reason"],
    "properties": {
    "name": {"type": "string"},
    "plugin": {"type": "string"},
    "depth": {"$ref": "#/components/schemas/Count"},
    "in_flight": {"$ref": "#/components/schemas/Count"},
    "retrying": {"$ref": "#/components/schemas/Count"},
    "records_per_second": {"type": "number", "minimum": 0},
    "utilization": {"type": "number", "minimum": 0},
    "health": {"type": "string", "enum": ["healthy", "degraded"]},
    "reason": {"$ref": "#/components/schemas/TextOrNull"}}},
  "Reloaded": {"type": "object", "required": ["result", "generation", "changes"], "properties": {
    "result": {"type": "string", "enum": ["reloaded", "unchanged", "planned"]},
    "generation": {"type": "integer", "minimum": 1},
    "changes": {"type": "array", "items": {"type": "string"}}}},
  "ReloadRefused": {"type": "object", "required": ["result", "findings"], "properties": {
    "result": {"const": "refused"},
    "findings": {"type": "array", "items": {"type": "object", "required": ["file", "line", "column", "path", "message"], "properties": {
      "file": {"type": "string"},
      "line": {"$ref": "#/components/schemas/Count"},
      "column": {"$ref": "#/components/schemas/Count"},
      "path": {"type": "string"},
      "message": {"type": "string"},
      "severity": {"type": "string", "enum": ["error", "warning"]}}}}}},

  "DeadLetter": {"type": "object",
    "required": ["id", "document_id", "url", "crawl_id", "stage", "reason", "attempts", "first_at", "last_at"],
    "properties": {
    "id": {"type": "integer", "minimum": 1},
    "document_id": {"type": "string"},
    "url": {"type": "string"},
    "crawl_id": {"type": "string"},
    "stage": {"type": "string"},
    "reason": {"type": "string"},
    "attempts": {"$ref": "#/components/schemas/Count"},
    "first_at": {"$ref": "#/components/schemas/Time"},
    "last_at": {"$ref": "#/components/schemas/Time"},
    "record": {"type": ["object", "null"], "required": ["id", "markdown", "metadata", "is_deletion"], "properties": {
      "id": {"type": "string"},
      "markdown": {"type": "string"},
      "metadata": {"$ref": "#/components/schemas/Metadata"},
      "is_deletion": {"type": "boolean"}}}}},
  "DeadLetterList": {"type": "object", "required": ["items", "total", "limit", "offset"], "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/DeadLetter"}},
    "total": {"$ref": "#/components/schemas/Count"},
    "limit": {"$ref": "#/components/schemas/Count"},
    "offset": {"$ref": "#/components/schemas/Count"}}},
  "LetterMoved": {"type": "object", "required": ["id", "status"], "properties": {
    "id": {"type": "integer"},
    "status": {"type": "string", "enum": ["queued", "superseded", "dropped"]}}},

  "Alive": {"type": "object", "required": ["status"], "properties": {"status": {"const": "alive"}}},
  "Ready": {"type": "object", "required": ["status", "degraded"], "properties": {
    "status": {"const": "ready"},
    "degraded": {"type": "array", "items": {"type": "object", "required": ["stage", "reason"], "properties": {
      "stage": {"type": "string"},
      "reason": {"type": "string"}}}}}},
  "NotReady": {"type": "object", "required": ["status", "reasons"], "properties": {
    "status": {"const": "unavailable"},
    "reasons": {"type": "array", "minItems": 1, "items": {"type": "string"}}}},
  "Health": {"type": "object", "required": ["status", "services", "timestamp"], "properties": {
    "status": {"type": "string", "enum": ["healthy", "degraded"]},
    "services": {"type": "object", "additionalProperties": {"type": "string"}},
    "timestamp": {"$ref": "#/components/schemas/Time"}}},
  "About": {"type": "object", "required": ["service", "version", "status", "pipeline", "mode", "endpoints"], "properties": {
    "service": {"const": "sluice"},
    "version": {"type": "string"},
    "status": {"type": "string", "enum": ["starting", "ready", "draining"]},
    "pipeline": {"type": "string"},
    "mode": {"type": "string"},
    "endpoints": {"type": "array", "items": {"type": "string"}}}}
})json";
}

}  // namespace sluice::api
