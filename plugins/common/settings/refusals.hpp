// Refusals: what is wrong with settings, all of it in the one Status that configure returns.
#pragma once

#include <sluice/status.hpp>

#include <string>
#include <string_view>

namespace plugin_common {

// A Status stands at one setting, which is the first that was refused; its sentence goes on with
// the others. Thread-compatible.
class Refusals {
 public:
  // `pointer` is a JSON Pointer.
  void add(std::string_view pointer, std::string_view why) {
    if (sentence_.empty()) {
      first_ = pointer;
      sentence_ = why;
    } else {
      sentence_ += ". Also " + std::string(pointer.substr(1)) + ": " + std::string(why);
    }
  }
  bool empty() const { return sentence_.empty(); }
  // Of configure; success when nothing was refused.
  sluice::Status status() const {
    return empty() ? sluice::Status{} : sluice::Status::config(first_, sentence_);
  }

 private:
  std::string first_;
  std::string sentence_;
};

}  // namespace plugin_common
