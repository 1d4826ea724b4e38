// See interpolate.hpp.
#include "config/interpolate.hpp"

#include "config/wording.hpp"
#include "config/yaml_tree.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <tuple>
#include <utility>

namespace sluice::config {
namespace {

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

class Interpolation {
 public:
  Interpolation(const Environment& environment, Findings& findings)
      : environment_(environment), findings_(findings) {}

  void visit(Node& node, const std::string& path);

 private:
  bool expand(const Node& node, const std::string& path, std::string& out);
  bool expand_one(std::string_view inside, std::string& out, std::string& problem);
  void report(const Node& node, const std::string& path, std::string message);

  const Environment& environment_;
  Findings& findings_;
  std::size_t written_ = 0;  // bytes put in so far
  // An alias repeats the value it stands for: one report per place and problem is enough.
  std::set<std::tuple<const std::string*, unsigned, unsigned, std::string>> reported_;
};

void Interpolation::report(const Node& node, const std::string& path, std::string message) {
  if (findings_.is_full()) return;
  if (!reported_.emplace(&node.file(), node.at().line, node.at().column, message).second) return;
  findings_.add(
      {.file = node.file(), .at = node.at(), .path = path, .message = std::move(message)});
}

void Interpolation::visit(Node& node, const std::string& path) {
  if (node.is_scalar() && node.text().find('$') != std::string::npos) {
    std::string out;
    if (expand(node, path, out)) {
      written_ += out.size();
      if (node.text().find("${") != std::string::npos) {
        node.set_from_environment(std::move(out));
      } else {
        node.set_text(std::move(out), node.style());
      }
    } else {
      node.set_unusable();
    }
  }
  for (std::size_t i = 0; i < node.items().size(); ++i) {
    visit(*node.items()[i], path_of(path, i));
  }
  for (Member& member : node.mutable_members()) visit(*member.value, path_of(path, member.key));
}

bool Interpolation::expand(const Node& node, const std::string& path, std::string& out) {
  std::string_view rest = node.text();
  bool is_fine = true;
  while (!rest.empty()) {
    const std::size_t dollar = std::min(rest.find('$'), rest.size());
    out += rest.substr(0, dollar);
    rest.remove_prefix(dollar);
    if (rest.starts_with("$$")) {
      out += '$';
      rest.remove_prefix(2);
    } else if (rest.starts_with("${")) {
      const std::size_t close = rest.find('}');
      if (close == std::string_view::npos) {
        report(node, path,
               "\"${\" is not closed; write ${NAME}, or $${ for the characters as such");
        return false;
      }
      std::string problem;
      if (!expand_one(rest.substr(2, close - 2), out, problem)) {
        report(node, path, problem);
        is_fine = false;
      }
      rest.remove_prefix(close + 1);
    } else if (!rest.empty()) {
      out += rest.front();
      rest.remove_prefix(1);
    }
    if (written_ + out.size() > kMostText) {
      report(node, path, "the values of the variables add up to more than 16 MiB");
      return false;
    }
  }
  return is_fine;
}

bool Interpolation::expand_one(std::string_view inside, std::string& out, std::string& problem) {
  const std::size_t split = inside.find(":-");
  const std::string name(inside.substr(0, split));
  if (!is_name(name)) {
    problem = in_quotes(name) + " is not a variable name; write ${NAME} or ${NAME:-default}";
    return false;
  }
  if (split != std::string_view::npos && inside.find("${", split) != std::string_view::npos) {
    problem = "the default of ${" + name + "} cannot contain another ${...}";
    return false;
  }
  const std::optional<std::string> value = environment_(name);
  if (split != std::string_view::npos && (!value || value->empty())) {
    out += inside.substr(split + 2);
    return true;
  }
  if (!value) {
    problem = "the environment variable " + name + " is not set; set it, or write ${" + name +
              ":-default}";
    return false;
  }
  if (find_invalid_utf8(*value) != std::string_view::npos) {
    problem = "the environment variable " + name + " is not valid UTF-8";
    return false;
  }
  out += *value;
  return true;
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

void interpolate(Document& document, const Environment& environment, Findings& findings) {
  if (document.root() == nullptr) return;
  Interpolation(environment, findings).visit(*document.root(), "");
}

}  // namespace sluice::config
