#include "key_names.hpp"

#include "hash.hpp"

namespace redis_dedupe {

std::string KeyNames::of_crawl(std::string_view crawl) const {
  std::string name(prefix_);
  return name.append("crawl:").append(open_).append(crawl).append(close_);
}

std::string KeyNames::page(std::string_view document) const {
  return std::string(prefix_) + "page:" + sha256_hex(document);
}

}  // namespace redis_dedupe
