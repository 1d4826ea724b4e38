// sluice/status.hpp - Status, the outcome of a call, and the guard that turns what a plugin throws
// into one.
#pragma once

#include <sluice/abi/base.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#define SLUICE_SDK_VERSION "0.1.0"

namespace sluice {
inline namespace sdk_v1 {  // two plugins built with different SDKs never share a symbol

constexpr sluice_str to_c(std::string_view s) noexcept { return {s.data(), s.size()}; }
constexpr std::string_view to_cpp(sluice_str s) noexcept {
  return s.size == 0 ? std::string_view{} : std::string_view{s.data, s.size};
}

namespace detail {

inline sluice_error make_error() noexcept {
  sluice_error e{};
  e.struct_size = sizeof e;
  return e;
}

// Copies what fits, cut at a code point, so that what is shown stays UTF-8.
inline void copy_text(char* to, std::size_t room, std::string_view from) noexcept {
  std::size_t n = std::min(from.size(), room - 1);
  while (n > 0 && n < from.size() && (static_cast<unsigned char>(from[n]) & 0xC0U) == 0x80U) --n;
  if (n > 0) std::memcpy(to, from.data(), n);
  to[n] = '\0';
}

// Says it without allocating, for where an allocation has failed or nothing may throw.
inline sluice_status fail(sluice_error* e, sluice_status code, std::string_view why) noexcept {
  if (!e) return code;
  e->code = code;
  copy_text(e->message, sizeof e->message, why);
  return code;
}

}  // namespace detail

// The outcome of a call: a code and, when it failed, a sentence for the operator.
class [[nodiscard]] Status {
 public:
  Status() noexcept = default;  // success
  Status(sluice_status code, std::string_view message, std::chrono::milliseconds retry_after = {})
      : code_(code), retry_after_(retry_after), message_(message) {}

  // Transient: the same input may work later, no sooner than `after` (0: the host chooses).
  static Status retry(std::string_view why, std::chrono::milliseconds after = {}) {
    return {SLUICE_E_RETRY, why, after};
  }
  // What does the work is away or full, so that this input was not even tried: it comes back after
  // `after` (0: soon), however often that takes, without counting as an attempt.
  static Status busy(std::string_view why, std::chrono::milliseconds after = {}) {
    return {SLUICE_E_AGAIN, why, after};
  }
  // Permanent for this input.
  static Status reject(std::string_view why) { return {SLUICE_E_REJECT, why}; }
  // The setting at `pointer` (JSON Pointer) cannot be used; the host adds its line and column.
  static Status config(std::string_view pointer, std::string_view why) {
    Status s{SLUICE_E_CONFIG, why};
    s.path_ = pointer;
    return s;
  }
  static Status from(sluice_status code, const sluice_error& e) {
    if (code == SLUICE_OK) return {};
    Status s{code, e.message, std::chrono::milliseconds{e.retry_after_ms}};
    s.path_ = e.path;
    return s;
  }

  bool ok() const noexcept { return code_ == SLUICE_OK; }
  explicit operator bool() const noexcept { return ok(); }
  sluice_status code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }

  // Writes this status into the caller's sluice_error, when there is something to say, and returns
  // the code.
  sluice_status fill(sluice_error* e) const noexcept {
    if (!e || (ok() && message_.empty())) return code_;
    e->code = code_;
    e->retry_after_ms = static_cast<uint32_t>(retry_after_.count());
    detail::copy_text(e->path, sizeof e->path, path_);
    detail::copy_text(e->message, sizeof e->message, message_);
    return code_;
  }

 private:
  sluice_status code_ = SLUICE_OK;
  std::chrono::milliseconds retry_after_{};
  std::string path_;
  std::string message_;
};

namespace detail {

// Runs `f` and turns whatever it throws into a status. The only try block an exception can reach on
// its way to the host.
template <class F>
sluice_status guard(sluice_error* err, F&& f) noexcept {
  try {
    return std::forward<F>(f)().fill(err);
  } catch (const std::bad_alloc&) {
    return fail(err, SLUICE_E_RETRY, "out of memory");
  } catch (const std::exception& e) {
    return fail(err, SLUICE_E_INTERNAL, e.what());
  } catch (...) {
    return fail(err, SLUICE_E_INTERNAL, "an exception that is not a std::exception");
  }
}

// A function of the plugin that C calls for each of many things. What it throws ends the walk
// there, waits while the C in between returns, and goes on behind it: nothing is thrown across the
// boundary.
template <class F>
class Visitor {
 public:
  explicit Visitor(F& fn) noexcept : fn_(fn) {}

  template <class... Args>
  sluice_status operator()(Args&&... args) noexcept {
    try {
      fn_(std::forward<Args>(args)...);
      return SLUICE_OK;
    } catch (...) {
      thrown_ = std::current_exception();
      return SLUICE_E_INTERNAL;
    }
  }
  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  F& fn_;
  std::exception_ptr thrown_;
};

}  // namespace detail
}  // namespace sdk_v1
}  // namespace sluice
