#include "next_rewriter.hpp"

#include <algorithm>
#include <utility>

namespace firecrawl {
namespace {

constexpr std::string_view kKey = R"("next":")";
constexpr std::string_view kPlain = "http://";
constexpr std::string_view kSecure = "https://";
constexpr std::size_t kMaxAuthority = 260;  // bytes; a name has up to 253, and there may be a port

bool fits(std::string_view whole, std::size_t at, char next) {
  return at < whole.size() && whole[at] == next;
}

}  // namespace

// A path with a quote cannot stand in a JSON text as it is.
NextRewriter::NextRewriter(std::string path, std::string base)
    : path_(std::move(path)),
      base_(path_.find('"') == std::string::npos ? std::move(base) : std::string()) {}

void NextRewriter::put(std::string_view part, std::string& out) {
  if (base_.empty()) {
    out.append(part);
    return;
  }
  while (!part.empty()) {
    if (held_.empty()) {
      const std::size_t quote = std::min(part.find('"'), part.size());
      out.append(part.substr(0, quote));
      part.remove_prefix(quote);
      if (part.empty()) return;
    }
    if (!takes(part.front())) {
      miss(out);  // the same byte is tried again from there
      continue;
    }
    part.remove_prefix(1);
    if (is_found()) {
      out.append(kKey).append(base_).append(path_).append("?");
      held_.clear();
      stage_ = Stage::kKey;
      matched_ = 0;
    }
  }
}

void NextRewriter::end(std::string& out) {
  out.append(held_);
  held_.clear();
}

// Whether `next` goes on with what is held; if so, it is held too.
bool NextRewriter::takes(char next) {
  const bool has_secure =
      stage_ == Stage::kScheme && fits(kSecure, matched_, next) &&
      std::string_view(held_).substr(kKey.size()) == kSecure.substr(0, matched_);
  const bool has_plain = stage_ == Stage::kScheme && fits(kPlain, matched_, next) &&
                         std::string_view(held_).substr(kKey.size()) == kPlain.substr(0, matched_);
  switch (stage_) {
    case Stage::kKey:
      if (!fits(kKey, matched_, next)) return false;
      break;
    case Stage::kScheme:
      if (!has_plain && !has_secure) return false;
      break;
    case Stage::kHost:
      if (next == '/') {
        stage_ = Stage::kPath;
        matched_ = 0;
        return takes(next);
      }
      if (next == '"' || matched_ == kMaxAuthority) return false;
      break;
    case Stage::kPath:
      if (next != (matched_ < path_.size() ? path_[matched_] : '?')) return false;
      break;
  }
  held_ += next;
  ++matched_;
  if (stage_ == Stage::kKey && matched_ == kKey.size()) {
    stage_ = Stage::kScheme;
    matched_ = 0;
  } else if (stage_ == Stage::kScheme &&
             matched_ == (has_secure ? kSecure.size() : kPlain.size()) && next == '/') {
    stage_ = Stage::kHost;
    matched_ = 0;
  }
  return true;
}

bool NextRewriter::is_found() const {
  return stage_ == Stage::kPath && matched_ == path_.size() + 1;
}

// What is held is none. It goes out, but for a quote at its end, which may be the first of another;
// there is no other place in it where one could begin.
void NextRewriter::miss(std::string& out) {
  const bool keeps_quote = held_.size() > 1 && held_.back() == '"';
  if (keeps_quote) held_.pop_back();
  out.append(held_);
  held_.assign(keeps_quote ? 1 : 0, '"');
  stage_ = Stage::kKey;
  matched_ = held_.size();
}

}  // namespace firecrawl
