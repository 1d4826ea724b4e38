// See findings.hpp.
#include "config/findings.hpp"

#include "config/wording.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace sluice::config {
namespace {

auto place(const Finding& finding) {
  return std::tie(finding.file, finding.at.line, finding.at.column);
}

bool is_same(const Finding& a, const Finding& b) {
  return place(a) == place(b) && a.path == b.path && a.message == b.message &&
         a.severity == b.severity;
}

}  // namespace

std::string Finding::text() const {
  std::string out = file;
  if (at.line > 0) {
    out += ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  }
  out += ": ";
  if (!path.empty()) out += path + ": ";
  if (severity == Severity::kWarning) out += "warning: ";
  return out + message;
}

void Findings::add(Finding finding) {
  ++(finding.severity == Severity::kError ? errors_ : warnings_);
  if (!is_full()) items_.push_back(std::move(finding));
}

void Findings::merge(Findings other) {
  errors_ += other.errors_;
  warnings_ += other.warnings_;
  const std::size_t room = kMostKept - std::min(kMostKept, items_.size());
  const auto end =
      other.items_.begin() + static_cast<std::ptrdiff_t>(std::min(room, other.items_.size()));
  std::move(other.items_.begin(), end, std::back_inserter(items_));
}

void Findings::sort() {
  std::stable_sort(items_.begin(), items_.end(),
                   [](const Finding& a, const Finding& b) { return place(a) < place(b); });
  std::vector<Finding> kept;
  for (Finding& finding : items_) {
    if (!kept.empty() && is_same(kept.back(), finding)) {
      --(finding.severity == Severity::kError ? errors_ : warnings_);
      continue;
    }
    kept.push_back(std::move(finding));
  }
  items_ = std::move(kept);
}

std::string Findings::text() const {
  if (empty()) return "";
  std::string out;
  for (const Finding& finding : items_) out += finding.text() + "\n";
  const std::size_t total = errors_ + warnings_;
  if (total > items_.size()) {
    out += "... and " + std::to_string(total - items_.size()) + " more\n";
  }
  if (errors_ > 0) out += counted(errors_, "error");
  if (errors_ > 0 && warnings_ > 0) out += ", ";
  if (warnings_ > 0) out += counted(warnings_, "warning");
  out += errors_ > 0 ? ". Nothing was started.\n" : ".\n";
  return out;
}

nlohmann::json Findings::to_json() const {
  nlohmann::json out = nlohmann::json::array();
  for (const Finding& finding : items_) {
    out.push_back({{"file", finding.file},
                   {"line", finding.at.line},
                   {"column", finding.at.column},
                   {"path", finding.path},
                   {"message", finding.message},
                   {"severity", finding.severity == Severity::kError ? "error" : "warning"}});
  }
  return out;
}

}  // namespace sluice::config
