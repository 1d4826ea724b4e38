// Result and Error: how an expected failure travels through the host.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace sluice {

// What kind of failure it is, for the few places that act on the kind: an exit code, an HTTP
// status, whether to try again. The message is for people.
enum class Fault {
  kInvalid,  // the caller's input is wrong and will stay wrong
  kConfig,   // the pipeline file or a plugin cannot be used: exit 78
  kNotFound,
  kExists,
  kBusy,         // no room or locked by somebody else right now: exit 75, HTTP 503
  kUnavailable,  // the far end does not answer; it may later
  kTimeout,
  kIo,        // the operating system refused: disk full, permission, ...
  kInternal,  // a bug of ours
};

struct Error {
  Fault fault = Fault::kInternal;
  std::string message;  // one sentence: what happened, to what, what to do

  // The same failure with "context: " in front of the message.
  Error in(const std::string& context) && { return {fault, context + ": " + std::move(message)}; }
};

// A value or an Error. Thread-compatible, like the value it holds.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {
  }  // NOLINT(google-explicit-constructor): return values read as values
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {
  }  // NOLINT(google-explicit-constructor): as above

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Only when ok().
  T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Only when !ok().
  const Error& error() const& {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    assert(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error)
      : error_(std::move(error)),
        ok_(false) {}  // NOLINT(google-explicit-constructor): return values read as values

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const Error& error() const& {
    assert(!ok_);
    return error_;
  }
  Error&& error() && {
    assert(!ok_);
    return std::move(error_);
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace sluice
