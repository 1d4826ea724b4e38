// BodyPipe: a body on its way from the connection that receives it to the one that sends it on.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::net {

class BodyPipe;

// Called when the other end has done something worth looking at. Under the pipe's lock, so that it
// never runs once its own end has gone: it may only post to its own thread.
using Wake = std::function<void()>;

// Changes a body while it passes: is given a part and whether it is the last, which may be empty,
// and appends to `out` what goes on. False breaks the body off.
enum class PartKind { kMore, kLast };
using Rewrite = std::function<bool(std::string_view part, PartKind kind, std::string& out)>;

// The end that parts go into. One thread at a time; the other end may be on another. Going without
// end() breaks the body off.
class BodyWriter {
 public:
  explicit BodyWriter(std::shared_ptr<BodyPipe> pipe) : pipe_(std::move(pipe)) {}
  ~BodyWriter() { break_off(); }
  BodyWriter(BodyWriter&& other) noexcept = default;
  BodyWriter& operator=(BodyWriter&&) = delete;

  // Before the first part, once each. `wake`: there is room again, or nobody reads any more; also
  // when that is so already.
  void on_change(Wake wake);
  void rewrite(Rewrite rewrite) { rewrite_ = std::move(rewrite); }

  // Takes all of `part`. False when the body is broken off, by the reader's going or by `rewrite`.
  bool put(std::string_view part);
  // That was all of it. False as with put.
  bool end();
  void break_off();

  bool has_room() const;  // for more; the pipe takes a part that is larger all the same
  bool has_reader() const;

 private:
  bool pass(std::string_view part, PartKind kind);

  std::shared_ptr<BodyPipe> pipe_;  // none once it has ended
  Rewrite rewrite_;
};

// The end that parts come out of. One thread at a time. Going tells the writer.
class BodyReader {
 public:
  explicit BodyReader(std::shared_ptr<BodyPipe> pipe) : pipe_(std::move(pipe)) {}
  ~BodyReader();
  BodyReader(BodyReader&& other) noexcept = default;
  BodyReader& operator=(BodyReader&&) = delete;

  // Before the first take. `wake`: there is something to take, or the end.
  void on_change(Wake wake);

  enum class State {
    kWait,    // nothing now
    kMore,    // these bytes, and perhaps more
    kWhole,   // these bytes, which may be none, are the last
    kBroken,  // no bytes, and none will come: the body is not whole
  };
  // Everything that is there; replaces what `bytes` had.
  State take(std::string& bytes);

 private:
  std::shared_ptr<BodyPipe> pipe_;
};

// The writer is asked to wait while the pipe holds this much. It never holds more than that and
// one part.
inline constexpr std::size_t kPipeBytes = std::size_t{64} * 1024;

std::pair<BodyWriter, BodyReader> make_body_pipe(std::size_t capacity = kPipeBytes);

}  // namespace sluice::net
