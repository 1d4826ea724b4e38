// The text that /metrics answers, line by line.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::testing {

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

struct PrometheusText {
  std::map<std::string, std::string> types;  // of each family: counter, gauge, histogram
  std::vector<Sample> samples;
  std::vector<std::string> faults;  // lines that are not of the format

  // Of all samples of the name whose labels include `labels`; nothing when there is none.
  std::optional<double> sum(std::string_view name,
                            const std::map<std::string, std::string>& labels = {}) const;
};

PrometheusText parse_prometheus(std::string_view text);

}  // namespace sluice::testing
