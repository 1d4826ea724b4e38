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

}  // namespace firecrawl
