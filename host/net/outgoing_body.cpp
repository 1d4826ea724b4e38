// Chunks, and the length that was promised.
#include "net/outgoing_body.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace sluice::net {

namespace {

constexpr std::string_view kChunkEnd = "\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kChunkEndAndLast = "\r\n0\r\n\r\n";

std::string chunk_head(std::size_t size) {
  std::array<char, 24> text{};
  const int length = std::snprintf(text.data(), text.size(), "%zx\r\n", size);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

OutgoingBody::OutgoingBody(std::shared_ptr<BodyStream> stream, Framing framing, Wake wake)
    : stream_(std::move(stream)), framing_(framing), left_(stream_->length) {
  stream_->parts.on_change(std::move(wake));
}

OutgoingBody::Step OutgoingBody::next() {
  if (!stream_) return Step::kLast;
  const auto state = stream_->parts.take(part_);
  before_.clear();
  after_ = {};
  if (state == BodyReader::State::kWait) return Step::kWait;
  if (state == BodyReader::State::kBroken || !fits()) return Step::kBroken;
  const bool is_last = state == BodyReader::State::kWhole;
  if (is_last && left_ && *left_ > 0) return Step::kBroken;
  if (framing_ == Framing::kChunked) {
    if (!part_.empty()) before_ = chunk_head(part_.size());
    if (is_last) {
      after_ = part_.empty() ? kLastChunk : kChunkEndAndLast;
    } else {
      after_ = kChunkEnd;
    }
  }
  return is_last ? Step::kLast : Step::kMore;
}

// Whether the part stays within the length that the head promised; counts it off.
bool OutgoingBody::fits() {
  if (!left_) return true;
  if (part_.size() > *left_) return false;
  *left_ -= part_.size();
  return true;
}

}  // namespace sluice::net
