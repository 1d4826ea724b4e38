#include "fakes/qdrant/point_id.hpp"

#include <nlohmann/json.hpp>

#include <cctype>
#include <string_view>

namespace sluice::fakes {
namespace {

constexpr std::string_view kUrn = "urn:uuid:";
constexpr std::size_t kDigits = 32;

// The 32 digits of a UUID, hyphenated where they belong.
std::string hyphenated(const std::string& digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) out += '-';
    out += digits[i];
  }
  return out;
}

}  // namespace

std::optional<PointId> parse_id(const nlohmann::json& value) {
  if (value.is_number_unsigned()) return PointId{value.get<std::uint64_t>(), {}};
  if (!value.is_string()) return std::nullopt;
  std::string_view text = value.get_ref<const std::string&>();
  if (text.starts_with(kUrn)) text.remove_prefix(kUrn.size());
  if (text.size() > 1 && text.front() == '{' && text.back() == '}')
    text = text.substr(1, text.size() - 2);
  std::string digits;
  for (const char letter : text) {
    if (letter == '-') continue;
    if (std::isxdigit(static_cast<unsigned char>(letter)) == 0) return std::nullopt;
    digits += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  if (digits.size() != kDigits) return std::nullopt;
  const std::string uuid = hyphenated(digits);
  if (text.find('-') != std::string_view::npos && text.size() != uuid.size()) return std::nullopt;
  return PointId{std::nullopt, uuid};
}

nlohmann::json to_json(const PointId& id) {
  return id.number ? nlohmann::json(*id.number) : nlohmann::json(id.uuid);
}

}  // namespace sluice::fakes
