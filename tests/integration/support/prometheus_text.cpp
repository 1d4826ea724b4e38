// Text format 0.0.4, as far as the host writes it: # HELP, # TYPE, samples without timestamps.
#include "support/prometheus_text.hpp"

#include <algorithm>
#include <regex>
#include <sstream>

namespace sluice::testing {
namespace {

const std::regex& sample_line() {
  static const std::regex kLine(
      R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([^}]*)\})? (\+Inf|-Inf|NaN|-?[0-9.]+([eE][-+]?[0-9]+)?))re");
  return kLine;
}

const std::regex& label() {
  static const std::regex kLabel(R"re(([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)",?)re");
  return kLabel;
}

// False when something of it is no label.
bool read_labels(const std::string& text, std::map<std::string, std::string>& out) {
  std::size_t read = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), label()), end; it != end; ++it) {
    if (static_cast<std::size_t>(it->position()) != read) return false;
    read += static_cast<std::size_t>(it->length());
    out[(*it)[1]] = (*it)[2];
  }
  return read == text.size();
}

// Braces of a route's pattern stand inside quotes: cut at the last one.
bool read_sample(const std::string& line, Sample& sample) {
  const auto open = line.find('{');
  const auto close = line.rfind('}');
  std::string bare = line;
  if (open != std::string::npos && close != std::string::npos && close > open) {
    if (!read_labels(line.substr(open + 1, close - open - 1), sample.labels)) return false;
    bare = line.substr(0, open) + line.substr(close + 1);
  }
  std::smatch parts;
  if (!std::regex_match(bare, parts, sample_line())) return false;
  sample.name = parts[1];
  sample.value = std::strtod(parts[4].str().c_str(), nullptr);
  return true;
}

}  // namespace

PrometheusText parse_prometheus(std::string_view text) {
  PrometheusText out;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash, kind, name, type;
    Sample sample;
    if (line.starts_with("# ")) {
      words >> hash >> kind >> name >> type;
      if (kind == "TYPE") out.types[name] = type;
      if (kind != "TYPE" && kind != "HELP") out.faults.push_back(line);
    } else if (read_sample(line, sample)) {
      out.samples.push_back(std::move(sample));
    } else if (!line.empty()) {
      out.faults.push_back(line);
    }
  }
  return out;
}

std::optional<double> PrometheusText::sum(std::string_view name,
                                          const std::map<std::string, std::string>& labels) const {
  std::optional<double> total;
  for (const auto& sample : samples) {
    const bool fits =
        sample.name == name && std::all_of(labels.begin(), labels.end(), [&](const auto& wanted) {
          const auto it = sample.labels.find(wanted.first);
          return it != sample.labels.end() && it->second == wanted.second;
        });
    if (fits) total = total.value_or(0) + sample.value;
  }
  return total;
}

}  // namespace sluice::testing
