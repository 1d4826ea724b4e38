// An answer of Firecrawl's on its way through the proxy: wherever it is cut, the same goes on.
#include "next_rewriter.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr const char* kPath = "/v2/crawl/1";
constexpr const char* kBase = "http://here";

// `size` bytes at a time.
std::string rewrite(std::string_view text, std::size_t size) {
  firecrawl::NextRewriter rewriter(kPath, kBase);
  std::string out;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, size);
    rewriter.put(part, out);
    text.remove_prefix(part.size());
  }
  rewriter.end(out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = rewrite(text, std::max<std::size_t>(text.size(), 1));
  if (rewrite(text, 1) != whole) std::abort();
  if (rewrite(text, std::size_t{data[0]} + 1) != whole) std::abort();
  // What was led back once stays as it is, but for the address.
  if (rewrite(whole, whole.size() + 1) != whole) std::abort();
  return 0;
}
