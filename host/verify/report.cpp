#include "verify/report.hpp"

#include <nlohmann/json.hpp>

#include <iomanip>
#include <sstream>

namespace sluice::verify {
namespace {

const char* word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed:
      return "ok";
    case Outcome::kFailed:
      return "FAILED";
    case Outcome::kWarned:
      return "warning";
    case Outcome::kSkipped:
      return "skipped";
  }
  return "";
}

bool is_bad(const Trial& result) {
  return result.outcome == Outcome::kFailed || result.outcome == Outcome::kWarned;
}

std::string joined(const Trial& result) {
  std::string text;
  for (const std::string& sentence : result.sentences)
    text += (text.empty() ? "" : "\n") + sentence;
  return text;
}

// Plugins write the sentences: control characters and bytes that are not ASCII stay out of XML.
std::string xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\n') {
      out += "&#10;";
    } else {
      out += c >= ' ' && c <= '~' ? c : '?';
    }
  }
  return out;
}

}  // namespace

std::string text_of(const Trial& result) {
  std::ostringstream out;
  out << std::left << std::setw(8) << word_of(result.outcome) << std::setw(22) << result.check->id;
  if (result.outcome == Outcome::kSkipped) {
    out << joined(result) << '\n';
    return out.str();
  }
  out << result.check->promise << '\n';
  if (!is_bad(result)) return out.str();
  for (const std::string& sentence : result.sentences)
    out << "        found:  " << sentence << '\n';
  out << "        remedy: " << result.check->remedy << '\n';
  return out.str();
}

std::string closing_of(const Summary& summary) {
  std::ostringstream out;
  out << summary.count(Outcome::kPassed) << " passed, " << summary.count(Outcome::kFailed)
      << " failed, " << summary.count(Outcome::kWarned) << " warnings, "
      << summary.count(Outcome::kSkipped) << " skipped; seed " << summary.seed << ".\n";
  return out.str();
}

nlohmann::json json_of(const Summary& summary) {
  auto results = nlohmann::json::array();
  for (const Trial& result : summary.results) {
    const bool is_error = result.check->severity == Severity::kError;
    results.push_back({{"id", result.check->id},
                       {"severity", is_error ? "error" : "warning"},
                       {"outcome", result.outcome == Outcome::kPassed    ? "passed"
                                   : result.outcome == Outcome::kSkipped ? "skipped"
                                   : result.outcome == Outcome::kWarned  ? "warning"
                                                                         : "failed"},
                       {"promise", result.check->promise},
                       {"remedy", result.check->remedy},
                       {"sentences", result.sentences},
                       {"milliseconds", result.took.count()}});
  }
  return {{"file", summary.file},
          {"seed", summary.seed},
          {"passed", summary.is_good()},
          {"results", std::move(results)}};
}

std::string junit_of(const Summary& summary) {
  std::ostringstream out;
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"sluice verify "
      << xml(summary.file) << "\" tests=\"" << summary.results.size() << "\" failures=\""
      << summary.count(Outcome::kFailed) << "\" skipped=\"" << summary.count(Outcome::kSkipped)
      << "\">\n";
  for (const Trial& result : summary.results) {
    out << "  <testcase classname=\"" << xml(summary.file) << "\" name=\"" << result.check->id
        << "\" time=\"" << static_cast<double>(result.took.count()) / 1000 << "\">";
    const std::string said = xml(joined(result));
    if (result.outcome == Outcome::kFailed) {
      out << "<failure message=\"" << said << "\">" << xml(result.check->remedy) << "</failure>";
    } else if (result.outcome == Outcome::kSkipped) {
      out << "<skipped message=\"" << said << "\"/>";
    } else if (result.outcome == Outcome::kWarned) {
      out << "<system-out>" << said << "&#10;" << xml(result.check->remedy) << "</system-out>";
    }
    out << "</testcase>\n";
  }
  out << "</testsuite>\n";
  return out.str();
}

}  // namespace sluice::verify
