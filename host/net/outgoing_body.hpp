// OutgoingBody: a body as the server sends it, all at once or part by part.
#pragma once

#include "net/body_pipe.hpp"
#include "net/message.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::net {

// On the connection's thread. What `buffers` shows stays until the next `next`.
class OutgoingBody {
 public:
  enum class Framing { kAsItIs, kChunked };
  enum class Step {
    kWait,    // nothing to send now; the stream's wake says when
    kMore,    // send what buffers() shows, and come again
    kLast,    // send it, and that is all
    kBroken,  // nothing more will come, and the body is not whole
  };

  OutgoingBody() = default;
  explicit OutgoingBody(std::string whole) : part_(std::move(whole)) {}
  // `wake` is called when it is worth calling `next` again; see Wake.
  OutgoingBody(std::shared_ptr<BodyStream> stream, Framing framing, Wake wake);

  // What is to be sent now.
  Step next();

  // Takes nothing more from the stream; what buffers() shows stays.
  void drop() { stream_ = nullptr; }

  std::array<boost::asio::const_buffer, 3> buffers() const {
    return {boost::asio::buffer(before_), boost::asio::buffer(part_), boost::asio::buffer(after_)};
  }

 private:
  bool fits();

  std::shared_ptr<BodyStream> stream_;  // none: the body is whole
  Framing framing_ = Framing::kAsItIs;
  std::optional<std::uint64_t> left_;  // of the length that was announced
  std::string before_;
  std::string part_;
  std::string_view after_;
};

}  // namespace sluice::net
