// Vectors out of an answer, straight to where they belong.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tei {

// Where the vector of text `row` of the request goes; `dimension` floats.
using RoomFor = std::function<std::span<float>(std::size_t row)>;

struct AnswerShape {
  std::size_t rows = 0;
  std::size_t dimension = 0;
};

enum class Flaw { kNotFinite, kDimension };

struct AnswerRows {
  // Why nothing of the answer can be trusted; empty when it can.
  std::string distrust = {};
  struct Flawed {
    std::size_t row;
    Flaw flaw;
  };
  std::vector<Flawed> flawed = {};  // rows without a vector, in order
};

// Takes the answer of either endpoint, numbers or base64. `room_for` is called once for each row
// that the answer has, in the order of the answer. `body` may grow by the parser's padding.
AnswerRows read_rows(std::string& body, const AnswerShape& shape, const RoomFor& room_for);

// Of the first vector of an answer: how long it is, and whether it came in base64. Nothing when the
// answer has none.
struct Sample {
  std::size_t dimension = 0;
  bool is_base64 = false;
};
std::optional<Sample> read_sample(std::string& body);

}  // namespace tei
