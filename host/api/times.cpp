// Formatting by Poco.
#include "api/times.hpp"

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <chrono>

namespace sluice::api {

std::string rfc3339(Wall::time_point at) {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
  return Poco::DateTimeFormatter::format(Poco::Timestamp(micros), "%Y-%m-%dT%H:%M:%S.%iZ");
}

nlohmann::json rfc3339_or_null(const std::optional<Wall::time_point>& at) {
  return at ? nlohmann::json(rfc3339(*at)) : nlohmann::json(nullptr);
}

}  // namespace sluice::api
