// Arbitrary bytes as an HTTP request: through the message parser, and as a method and a target
// through target parsing, routing and query parsing.
#include "net/parser.hpp"
#include "net/router.hpp"
#include "net/target.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace sluice::net;

struct Count final : BodySink {
  bool take(std::string_view piece) override {
    size += piece.size();
    return true;
  }
  std::size_t size = 0;
};

void require(bool claim) {
  if (!claim) std::abort();
}

void fill(Router& router) {
  for (const char* pattern : {"/", "/api/search", "/api/crawls/{id}", "/api/{kind}/{id}",
                              "/v2/{rest...}", "/api/content/by-url", "/{all...}"}) {
    require(router.add("GET", pattern, {}, [](const ExchangePtr&) {}).ok());
  }
  require(router.add("*", "/v2/{rest...}", {}, [](const ExchangePtr&) {}).ok());
}

void route(std::string_view method, std::string_view text) {
  static const Router* const router = [] {
    auto* filled = new Router;
    fill(*filled);
    return filled;
  }();
  const auto target = parse_target(text);
  if (!target) return;
  require(!target->segments.empty());
  const auto match = router->match(method, target->segments);
  require(match.route != nullptr || !match.allow.empty());  // "/{all...}" takes every path
  for (const auto& [name, value] : match.params) require(!name.empty());
  std::size_t decoded = 0;
  for (const auto& [name, value] : parse_query(target->query))
    decoded += name.size() + value.size();
  require(decoded <= target->query.size());
}

// In two parts, cut anywhere: nothing may depend on how the bytes come.
void parse(std::string_view bytes, std::size_t cut) {
  Count body;
  MessageParser parser(MessageKind::kRequest, 1024, body);
  std::string waiting(bytes.substr(0, cut));
  bool is_all = false;
  while (true) {
    if (waiting.empty() && is_all) return;
    const auto [state, used] =
        waiting.empty() ? MessageParser::Progress{ParseState::kNeedMore, 0} : parser.put(waiting);
    require(used <= waiting.size());
    waiting.erase(0, used);
    if (state == ParseState::kHead) {
      route(parser.head().method, parser.head().target);
      if (parser.is_done()) return;
      continue;
    }
    if (state != ParseState::kNeedMore || is_all) return;
    waiting += bytes.substr(cut);
    is_all = true;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto space = bytes.find(' ');
  if (space != std::string_view::npos) route(bytes.substr(0, space), bytes.substr(space + 1));
  parse(bytes, size == 0 ? 0 : data[size - 1] % size);
  return 0;
}
