// Failure: why Redis could not do what it was asked, in words for the operator.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace redis_dedupe {

struct Address;

struct Failure {
  enum class Kind {
    kUnreachable,  // no connection, or it broke before the answer
    kSlow,         // no answer in time; the command may have run
    kNotNow,       // Redis says no, and will say yes by itself or once somebody looks after it
    kMisfit,       // Redis says no until a setting of ours or a right of its user is changed
    kNoScript      // it does not know the script; send the text
  };
  Kind kind = Kind::kUnreachable;
  std::string code;      // "OOM"; of an answer only
  std::string sentence;  // what happened, to what, what to do
};

// From the text of an error answer, "OOM command not allowed ...".
Failure failure_of_answer(const Address& address, std::string_view text);

Failure unreachable(const Address& address, std::string_view why);
Failure cut_off(const Address& address, std::string_view why);
Failure too_slow(const Address& address, std::chrono::milliseconds patience);

}  // namespace redis_dedupe
