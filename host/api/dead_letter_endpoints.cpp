// Pages that were given up: list, show, replay, drop.
#include "api/api.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "api/record_json.hpp"
#include "api/times.hpp"
#include "data/codec.hpp"
#include "data/record.hpp"

#include <charconv>
#include <memory>
#include <utility>

namespace sluice::api {
namespace {

constexpr const char* kUnreadable = "the dead letters cannot be read right now";
constexpr const char* kUnknown = "there is no dead letter of that id";

nlohmann::json item_of(const flow::DeadLetter& letter) {
  return {{"id", letter.id},
          {"document_id", letter.document_id},
          {"url", letter.url},
          {"crawl_id", letter.crawl_id},
          {"stage", letter.stage},
          {"reason", letter.reason},
          {"attempts", letter.attempts},
          {"first_at", rfc3339(letter.first_at)},
          {"last_at", rfc3339(letter.last_at)}};
}

// The page as it came; null when the row cannot be read back.
nlohmann::json record_of(const flow::DeadLetter& letter) {
  const auto document = data::decode(letter.payload);
  if (!document) return nullptr;
  return {{"id", (*document)->id},
          {"markdown", (*document)->text},
          {"metadata", metadata_of(**document)},
          {"is_deletion", (*document)->op == SLUICE_DELETE}};
}

// The {id} of the path; 0, which is nobody's, when it is no number.
std::int64_t id_in_path(const net::Request& request) {
  const std::string_view text = request.param("id");
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} && end == text.data() + text.size() ? id : 0;
}

}  // namespace

void Api::dead_letters(const net::ExchangePtr& x) {
  const auto window = window_in_query(x->request());
  if (!window) return x->respond(net::error_response(422, bad_window()));
  const auto page = parts_.dead_letters.list(
      {text_in_query(x->request(), "stage"), text_in_query(x->request(), "crawl_id"),
       text_in_query(x->request(), "document_id")},
      window->limit, window->offset);
  if (!page) return x->respond(net::error_response(503, kUnreadable));
  auto items = nlohmann::json::array();
  for (const auto& letter : page->items) items.push_back(item_of(letter));
  x->respond(net::json_response(200, dump({{"items", std::move(items)},
                                           {"total", page->total},
                                           {"limit", window->limit},
                                           {"offset", window->offset}})));
}

void Api::dead_letter(const net::ExchangePtr& x) {
  const auto letter = parts_.dead_letters.find(id_in_path(x->request()));
  if (!letter) return x->respond(net::error_response(503, kUnreadable));
  if (!letter->has_value()) return x->respond(net::error_response(404, kUnknown));
  auto out = item_of(**letter);
  out["record"] = record_of(**letter);
  x->respond(net::json_response(200, dump(out)));
}

// The page goes in by the front door, so that a crash between the two steps runs it twice at worst,
// which leaves the same index. It stays the version that it was: a newer one that is under way
// wins.
void Api::replay(const net::ExchangePtr& x) {
  const std::int64_t id = id_in_path(x->request());
  const auto letter = parts_.dead_letters.find(id);
  if (!letter) return x->respond(net::error_response(503, kUnreadable));
  if (!letter->has_value()) return x->respond(net::error_response(404, kUnknown));
  auto document = data::decode((*letter)->payload);
  if (!document) return x->respond(net::error_response(500, document.error().message));
  auto kept = std::make_shared<data::RecordRef>(std::move(*document));
  sluice_record* const pushed = kept->get();
  services::Event event;
  event.records = {&pushed, 1};
  const auto version = static_cast<uint64_t>((*letter)->version);
  event.cookies = &version;
  parts_.graph.intake().take(
      std::string(flow::kReplays), event,
      [this, x, id, kept](sluice_status taken, const sluice_status* each) {
        if (taken != SLUICE_OK) return x->respond(unavailable(taken));
        (void)kept->release();  // the pipeline's now
        const bool is_known = each[0] == SLUICE_DROPPED;
        parts_.dead_letters.drop_later(id, [x, id, is_known](const Result<bool>& dropped) {
          if (!dropped) return x->respond(net::error_response(503, dropped.error().message));
          x->respond(net::json_response(
              202, dump({{"id", id}, {"status", is_known ? "superseded" : "queued"}})));
        });
      });
}

void Api::drop(const net::ExchangePtr& x) {
  const std::int64_t id = id_in_path(x->request());
  parts_.dead_letters.drop_later(id, [x, id](const Result<bool>& dropped) {
    if (!dropped) return x->respond(net::error_response(503, dropped.error().message));
    if (!*dropped) return x->respond(net::error_response(404, kUnknown));
    x->respond(net::json_response(200, dump({{"id", id}, {"status", "dropped"}})));
  });
}

}  // namespace sluice::api
