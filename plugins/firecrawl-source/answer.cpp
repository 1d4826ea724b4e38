// A small writer: the shapes are few and fixed.
#include "answer.hpp"

#include "json_text.hpp"

namespace firecrawl {
namespace {

constexpr int kRetryAfterSeconds = 5;
constexpr std::size_t kMaxEchoBytes = 256;  // of what came from the sender and goes back to it

void append_key(std::string& out, std::string_view key) {
  if (out.back() != '{') out += ',';
  append_json_string(out, key);
  out += ':';
}

void append_text(std::string& out, std::string_view key, std::string_view value) {
  append_key(out, key);
  append_json_string(out, clipped(value, kMaxEchoBytes));
}

void append_number(std::string& out, std::string_view key, std::size_t value) {
  append_key(out, key);
  out += std::to_string(value);
}

void append_jobs(std::string& out, const std::vector<std::string>& job_ids) {
  append_number(out, "queued_jobs", job_ids.size());
  append_key(out, "job_ids");
  out += '[';
  for (const std::string& id : job_ids) {
    if (out.back() != '[') out += ',';
    append_json_string(out, id);
  }
  out += ']';
}

void append_failed(std::string& out, const std::vector<FailedDocument>& failed) {
  if (failed.empty()) return;
  append_key(out, "failed_documents");
  out += '[';
  for (const FailedDocument& document : failed) {
    if (out.back() != '[') out += ',';
    out += '{';
    append_number(out, "index", document.index);
    if (!document.url.empty()) append_text(out, "url", document.url);
    append_text(out, "error", document.error);
    out += '}';
  }
  out += ']';
}

std::string_view page_status(const Tally& tally) {
  if (!tally.job_ids.empty()) return "queued";
  if (!tally.failed.empty()) return "failed";
  return tally.total() == 0 ? "no_documents" : "skipped";
}

Answer event_answer(std::string_view status, std::string_view type) {
  std::string body = "{";
  append_text(body, "status", status);
  append_text(body, "event_type", type);
  return {200, body + '}'};
}

}  // namespace

Answer error_answer(int status, std::string_view detail) {
  std::string body = "{";
  append_text(body, "detail", detail);
  return {status, body + '}'};
}

Answer unavailable_answer(std::string_view detail) {
  Answer answer = error_answer(503, detail);
  answer.retry_after_seconds = kRetryAfterSeconds;
  return answer;
}

Answer page_answer(const Tally& tally) {
  std::string body = "{";
  append_text(body, "status", page_status(tally));
  append_jobs(body, tally.job_ids);
  append_failed(body, tally.failed);
  return {tally.job_ids.empty() ? 200 : 202, body + '}'};
}

Answer failed_event_answer(std::string_view job_id) {
  std::string body = "{";
  append_text(body, "status", "acknowledged");
  append_text(body, "event_id", job_id);
  return {200, body + '}'};
}

Answer acknowledged_answer(std::string_view type) { return event_answer("acknowledged", type); }

Answer ignored_answer(std::string_view type) { return event_answer("ignored", type); }

Answer completed_answer(std::string_view type, const Tally& tally) {
  std::string body = "{";
  append_text(body, "status", "acknowledged");
  append_text(body, "event_type", type);
  append_number(body, "pages_processed", tally.job_ids.size());
  append_number(body, "pages_skipped", tally.duplicates);
  append_failed(body, tally.failed);
  return {202, body + '}'};
}

}  // namespace firecrawl
