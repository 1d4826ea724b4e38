// From the fields of a body to a record with its metadata.
#include "api/document_body.hpp"

#include "base/clock.hpp"

#include <sluice/url.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace sluice::api {
namespace {

struct Document {
  std::string url;
  PageUrl id;
  std::string text;
};

Document read_document(Fields& fields) {
  Document document;
  const std::string url = fields.text("url").value_or("");
  const std::string resolved = fields.text("resolvedUrl").value_or("");
  document.url = resolved.empty() ? url : resolved;
  document.text = fields.text("markdown").value_or("");
  if (url.empty()) fields.fail("url is missing");
  document.id = canonical_url(document.url);
  if (!document.id.ok()) fields.fail(std::string(document.id.fault));
  if (document.text.find_first_not_of(" \t\r\n") == std::string::npos)
    fields.fail("markdown is missing or empty");
  return document;
}

void set_text(data::Metadata& meta, const char* key, const std::optional<std::string>& value) {
  if (value && !value->empty()) meta.set(key, data::MetaValue::of(*value));
}

data::RecordRef record_of(Document document, Fields& fields) {
  auto record =
      data::make_document(document.id.canonical, data::make_buffer(std::move(document.text)));
  auto& meta = record->own_meta;
  meta.set("url", data::MetaValue::of(document.url));
  meta.set("canonical_url", data::MetaValue::of(document.id.canonical));
  set_text(meta, "domain", document.id.domain);
  for (const char* key : {"title", "description", "language", "country"})
    set_text(meta, key, fields.text(key));
  if (const auto is_mobile = fields.truth("isMobile")) {
    meta.set("is_mobile", {SLUICE_BOOL, *is_mobile ? 1 : 0, 0.0, {}});
  }
  if (const auto status = fields.integer("statusCode")) {
    meta.set("status_code", {SLUICE_I64, *status, 0.0, {}});
  }
  meta.set("source", data::MetaValue::of(kSource));
  const auto now = Wall::now().time_since_epoch();
  meta.set(
      "scraped_at",
      {SLUICE_TIME, std::chrono::duration_cast<std::chrono::nanoseconds>(now).count(), 0.0, {}});
  return record;
}

}  // namespace

TakenDocument take_document(Fields& fields) {
  Document document = read_document(fields);
  (void)fields.text(
      "html");  // accepted, and checked to be text; the page's Markdown is what is indexed
  if (!fields.fault().empty()) return {};
  TakenDocument taken{document.url, {}};
  taken.record = record_of(std::move(document), fields);
  if (!fields.fault().empty()) return {};
  return taken;
}

}  // namespace sluice::api
