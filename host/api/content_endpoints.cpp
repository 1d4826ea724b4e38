// Pages as they were received: one by its id, the versions of an address, those of a crawl.
#include "api/api.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "api/record_json.hpp"
#include "api/times.hpp"
#include "base/uuid.hpp"
#include "data/codec.hpp"

#include <sluice/url.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::api {
namespace {

constexpr const char* kContentUnreadable = "the stored pages cannot be read right now";

nlohmann::json text_or(const data::Record& document, const char* key, nlohmann::json otherwise) {
  const auto* value = document.meta(key);
  return value && value->kind == SLUICE_TEXT ? nlohmann::json(value->text) : std::move(otherwise);
}

// Nothing when the stored bytes are no page.
Result<nlohmann::json> item_of(const content::StoredPage& page) {
  const auto document = data::decode(page.bytes);
  if (!document) return document.error();
  return nlohmann::json{{"id", page.content_id},
                        {"url", text_or(**document, "url", (*document)->id)},
                        {"title", text_or(**document, "title", nullptr)},
                        {"markdown", (*document)->text},
                        {"metadata", metadata_of(**document)},
                        {"crawl_id", page.crawl_id},
                        {"stored_at", rfc3339(page.stored_at)}};
}

void answer_list(const net::ExchangePtr& x, const Result<content::StoredPages>& pages,
                 const Window& window) {
  if (!pages) return x->respond(net::error_response(503, kContentUnreadable));
  if (pages->total == 0) {
    return x->respond(net::error_response(
        404,
        "no page of that is kept; it never came, or was kept for as long as content.keep says"));
  }
  auto items = nlohmann::json::array();
  for (const auto& page : pages->items) {
    auto item = item_of(page);
    if (!item) return x->respond(net::error_response(503, kContentUnreadable));
    items.push_back(std::move(*item));
  }
  x->respond(net::json_response(200, dump({{"items", std::move(items)},
                                           {"total", pages->total},
                                           {"limit", window.limit},
                                           {"offset", window.offset}})));
}

}  // namespace

// Those under way come first: they are newer than what the archive has.
Result<content::StoredPages> Api::pages_by(flow::Graph::OpenBy by, const std::string& key,
                                           content::Archive::Window window) {
  if (!parts_.archive.keeps_pages()) return content::StoredPages{};
  auto open = parts_.graph.open_pages(by, key, window);
  content::StoredPages& pages = open.pages;
  const std::size_t asked = std::min<std::size_t>(
      window.limit, pages.total - std::min<std::size_t>(window.offset, pages.total));
  const bool is_full = pages.items.size() < asked;  // of bytes
  const content::Archive::Window rest{
      .limit = is_full ? 0 : window.limit - pages.items.size(),
      .offset = window.offset - std::min<std::size_t>(window.offset, pages.total),
      .newest = open.archived};
  auto archived = by == flow::Graph::OpenBy::kCrawl ? parts_.archive.of_crawl(key, rest)
                                                    : parts_.archive.versions(key, rest);
  if (!archived) return archived;
  pages.total += archived->total;
  std::move(archived->items.begin(), archived->items.end(), std::back_inserter(pages.items));
  return std::move(pages);
}

void Api::content(const net::ExchangePtr& x) {
  const auto pages = pages_by(flow::Graph::OpenBy::kContentId,
                              std::string(x->request().param("id")), {.limit = 1, .offset = 0});
  if (!pages) return x->respond(net::error_response(503, kContentUnreadable));
  if (pages->items.empty()) {
    return x->respond(net::error_response(404, "no page of that id is kept"));
  }
  const auto item = item_of(pages->items.front());
  if (!item) return x->respond(net::error_response(503, kContentUnreadable));
  x->respond(net::json_response(200, dump(*item)));
}

// Any spelling of the address finds the page: what is looked up is the canonical one.
void Api::content_by_url(const net::ExchangePtr& x) {
  const auto window = window_in_query(x->request(), kVersions);
  if (!window) return x->respond(net::error_response(422, bad_window(kVersions)));
  const auto url = canonical_url(text_in_query(x->request(), "url"));
  if (!url.ok()) return x->respond(net::error_response(422, "url has to be the address of a page"));
  answer_list(x,
              pages_by(flow::Graph::OpenBy::kContentId, uuid_of_url(url.canonical),
                       {window->limit, window->offset}),
              *window);
}

void Api::content_by_session(const net::ExchangePtr& x) {
  const auto window = window_in_query(x->request(), kPagesOfCrawl);
  if (!window) return x->respond(net::error_response(422, bad_window(kPagesOfCrawl)));
  answer_list(x,
              pages_by(flow::Graph::OpenBy::kCrawl, std::string(x->request().param("crawl_id")),
                       {window->limit, window->offset}),
              *window);
}

}  // namespace sluice::api
