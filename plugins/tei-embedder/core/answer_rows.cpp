#include "core/answer_rows.hpp"

#include "core/base64.hpp"
#include "core/json.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

namespace tei {
namespace {

using simdjson::error_code;
using simdjson::SUCCESS;
using simdjson::ondemand::array;
using simdjson::ondemand::json_type;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

constexpr std::size_t kMostDimensions = 65536;  // several times those of the largest models

enum class RowState { kGood, kNotFinite, kDimension, kBroken };

bool is_finite(std::span<const float> numbers) {
  // The exponent bits are all set in what is not finite; looked at together, without a branch.
  bool is_fine = true;
  for (const float x : numbers) is_fine &= std::fabs(x) <= std::numeric_limits<float>::max();
  return is_fine;
}

RowState read_numbers(array numbers, std::span<float> room) {
  std::size_t count = 0;
  bool has_null = false;
  for (auto element : numbers) {
    double number = 0;
    const error_code failure = element.get_double().get(number);
    if (failure == simdjson::INCORRECT_TYPE) {
      has_null = true;  // what a NaN is written as
    } else if (failure != SUCCESS) {
      return RowState::kBroken;
    }
    if (count < room.size()) room[count] = static_cast<float>(number);
    ++count;
  }
  if (count != room.size()) return RowState::kDimension;
  return has_null || !is_finite(room) ? RowState::kNotFinite : RowState::kGood;
}

RowState read_base64(std::string_view text, std::span<float> room) {
  if (base64_floats(text) != room.size()) return RowState::kDimension;
  if (!decode_base64(text, room)) return RowState::kBroken;
  return is_finite(room) ? RowState::kGood : RowState::kNotFinite;
}

// What the rows of one answer are read with.
struct Reader {
  explicit Reader(std::string_view body) : strings(body) {}
  simdjson::ondemand::parser parser;
  Strings strings;
};

RowState read_vector(Reader& reader, value& vector, std::span<float> room) {
  json_type type{};
  if (vector.type().get(type) != SUCCESS) return RowState::kBroken;
  if (type == json_type::string) {
    std::string_view text;
    return reader.strings.read(reader.parser, vector, text) ? read_base64(text, room)
                                                            : RowState::kBroken;
  }
  array numbers;
  return vector.get_array().get(numbers) == SUCCESS ? read_numbers(numbers, room)
                                                    : RowState::kBroken;
}

// The rows of the answer, wherever its form keeps them.
bool find_rows(simdjson::ondemand::document& document, array& rows) {
  json_type type{};
  if (document.type().get(type) != SUCCESS) return false;
  if (type == json_type::array) return document.get_array().get(rows) == SUCCESS;
  return type == json_type::object && document["data"].get_array().get(rows) == SUCCESS;
}

// The vector of one row, and which text it belongs to when the form says so.
bool find_vector(value& row, value& vector, std::size_t& index) {
  json_type type{};
  if (row.type().get(type) != SUCCESS) return false;
  if (type != json_type::object) {
    vector = row;
    return true;
  }
  object item;
  if (row.get_object().get(item) != SUCCESS) return false;
  std::uint64_t number = 0;
  const error_code failure = item["index"].get_uint64().get(number);
  if (!is_harmless(failure)) return false;
  if (failure == SUCCESS) index = number;
  return item["embedding"].get(vector) == SUCCESS;
}

AnswerRows nonsense() { return {.distrust = "The answer is not a list of vectors."}; }

std::string count_sentence(std::size_t got, std::size_t wanted) {
  return "The answer has " + std::to_string(got) + " vectors for " + std::to_string(wanted) +
         " texts.";
}

}  // namespace

AnswerRows read_rows(std::string& body, const AnswerShape& shape, const RoomFor& room_for) {
  Reader reader(body);
  simdjson::ondemand::document document;
  array rows;
  if (reader.parser.iterate(padded(body)).get(document) != SUCCESS || !find_rows(document, rows)) {
    return nonsense();
  }
  AnswerRows out;
  std::vector<bool> is_seen(shape.rows);
  std::size_t count = 0;
  for (auto element : rows) {
    value row;
    value vector;
    std::size_t index = count++;
    if (element.get(row) != SUCCESS || !find_vector(row, vector, index)) return nonsense();
    if (count > shape.rows) continue;  // counted, so that the sentence has the number
    if (index >= shape.rows || is_seen[index]) return nonsense();
    is_seen[index] = true;
    const RowState state = read_vector(reader, vector, room_for(index));
    if (state == RowState::kBroken) return nonsense();
    if (state != RowState::kGood) {
      out.flawed.push_back(
          {index, state == RowState::kDimension ? Flaw::kDimension : Flaw::kNotFinite});
    }
  }
  if (count != shape.rows) return {.distrust = count_sentence(count, shape.rows)};
  return out;
}

std::optional<Sample> read_sample(std::string& body) {
  Reader reader(body);
  simdjson::ondemand::document document;
  array rows;
  if (reader.parser.iterate(padded(body)).get(document) != SUCCESS || !find_rows(document, rows)) {
    return std::nullopt;
  }
  Sample out;
  for (auto element : rows) {
    value row;
    value vector;
    std::size_t index = 0;
    json_type type{};
    if (element.get(row) != SUCCESS || !find_vector(row, vector, index) ||
        vector.type().get(type) != SUCCESS) {
      return std::nullopt;
    }
    if (type == json_type::string) {
      std::string_view text;
      if (!reader.strings.read(reader.parser, vector, text)) return std::nullopt;
      out = {.dimension = base64_floats(text), .is_base64 = true};
    } else if (vector.count_elements().get(out.dimension) != SUCCESS) {
      return std::nullopt;
    }
    break;
  }
  const bool is_sane = out.dimension > 0 && out.dimension <= kMostDimensions;
  return is_sane ? std::optional(out) : std::nullopt;
}

}  // namespace tei
