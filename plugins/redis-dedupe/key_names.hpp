// The names of our keys in Redis. Other programs read them: they stay as they are.
#pragma once

#include <string>
#include <string_view>

namespace redis_dedupe {

class KeyNames {
 public:
  KeyNames(std::string_view prefix, bool has_hash_tags)
      : prefix_(prefix), open_(has_hash_tags ? "{" : ""), close_(has_hash_tags ? "}" : "") {}

  // crawl:<id>:processed, the set of a crawl's done documents.
  std::string done(std::string_view crawl) const { return of_crawl(crawl) + ":processed"; }
  // crawl:<id>:lease:<document>, whose value is the owner. For those who look at a crawl: what
  // decides is the document's.
  std::string lease(std::string_view crawl, std::string_view document) const {
    return of_crawl(crawl).append(":lease:").append(document);
  }
  // page:<sha256 of the document id>, whose value is the digest of its text.
  std::string page(std::string_view document) const;
  // page:<sha256 of the document id>:lease, whose value is the owner: whoever works on the
  // document, in whatever crawl. Under "page:" for users who may touch no other keys than the ones
  // above.
  std::string page_lease(std::string_view document) const { return page(document) + ":lease"; }

 private:
  std::string of_crawl(std::string_view crawl) const;

  std::string_view prefix_;
  std::string_view open_;
  std::string_view close_;
};

}  // namespace redis_dedupe
