// Copies a template and puts the author's name where the template's was.
#include "app/new_verb.hpp"

#include "app/verbs.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <system_error>
#include <utility>

namespace sluice::app {
namespace {

namespace fs = std::filesystem;

// The manifest has room for 55 characters, "org.example." among them.
constexpr std::size_t kMaxName = 40;

// What stands for the name in a template, as a file's name, in C and C++, and for a class.
constexpr const char* kKebab = "template-name";
constexpr const char* kSnake = "template_name";
constexpr const char* kPascal = "TemplateName";

// Why `name` cannot be a plugin's; empty: it can.
std::string flaw_of(const std::string& name) {
  const auto is_fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (name.empty() || name.size() > kMaxName) {
    return "a name has 1 to " + std::to_string(kMaxName) + " characters";
  }
  if (!std::all_of(name.begin(), name.end(), is_fine) || name.front() < 'a' || name.back() == '-' ||
      name.find("--") != std::string::npos) {
    return "a name is lower-case words with hyphens between them, such as my-chunker";
  }
  return "";
}

std::string snake_of(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string pascal_of(const std::string& name) {
  std::string out;
  bool is_first = true;
  for (const char c : name) {
    if (c == '-') {
      is_first = true;
      continue;
    }
    out += is_first && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    is_first = false;
  }
  return out;
}

std::string renamed(std::string text, const std::string& name) {
  std::string upper = snake_of(name);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  const std::array<std::pair<std::string, std::string>, 4> words = {{{kKebab, name},
                                                                     {kSnake, snake_of(name)},
                                                                     {kPascal, pascal_of(name)},
                                                                     {"TEMPLATE_NAME", upper}}};
  for (const auto& [from, to] : words) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  }
  return text;
}

std::string kinds_in(const fs::path& folder) {
  std::vector<std::string> kinds;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.is_directory(ignored)) kinds.push_back(entry.path().filename().string());
  std::sort(kinds.begin(), kinds.end());
  std::string text;
  for (const auto& kind : kinds) text += (text.empty() ? "" : ", ") + kind;
  return text;
}

// The template of this kind, or why there is none.
Result<fs::path> find_template(const std::string& kind, const std::vector<fs::path>& folders) {
  std::error_code ignored;
  for (const fs::path& folder : folders) {
    if (!fs::is_directory(folder, ignored)) continue;
    const bool is_plain = !kind.empty() && kind.find('/') == std::string::npos && kind[0] != '.';
    if (is_plain && fs::is_regular_file(folder / kind / "CMakeLists.txt", ignored))
      return folder / kind;
    return Error{Fault::kInvalid,
                 "there is no template \"" + kind + "\"; there are: " + kinds_in(folder)};
  }
  std::string searched;
  for (const fs::path& folder : folders) searched += "\n  " + folder.string();
  return Error{Fault::kNotFound,
               "the templates of the SDK are nowhere; install the SDK (cmake --install), or say "
               "where they are with --templates. Looked in:" +
                   searched};
}

// What CMake has to be told to find the SDK that the template came with; empty: that is not
// installed.
std::string sdk_argument(const fs::path& from) {
  const fs::path share = fs::absolute(from).parent_path().parent_path().parent_path();
  std::error_code ignored;
  if (!fs::exists(share / "cmake" / "Sluice" / "SluiceConfig.cmake", ignored)) return "";
  return " -DCMAKE_PREFIX_PATH=\"" + share.parent_path().string() + "\"";
}

Result<void> copy_file(const fs::path& from, const fs::path& to, const std::string& name) {
  std::ostringstream text;
  std::ifstream in(from);
  text << in.rdbuf();
  std::ofstream out(to);
  out << renamed(text.str(), name);
  out.close();
  if (in && out) return {};
  return Error{Fault::kIo, "cannot copy " + from.string() + " to " + to.string()};
}

}  // namespace

std::vector<fs::path> template_folders(const fs::path& executable, const char* home) {
  const fs::path share = fs::path("share") / "sluice" / "templates";
  std::vector<fs::path> folders = {(executable.parent_path() / ".." / share).lexically_normal()};
  if (home && *home) folders.push_back(fs::path(home) / ".local" / share);
  folders.push_back(fs::path("/usr/local") / share);
  folders.push_back(fs::path("/usr") / share);
  return folders;
}

Result<fs::path> make_project(const NewOptions& options, const std::vector<fs::path>& folders) {
  if (const std::string flaw = flaw_of(options.name); !flaw.empty())
    return Error{Fault::kInvalid, "\"" + options.name + "\" cannot be used: " + flaw};
  const auto from = find_template(options.kind, folders);
  if (!from) return from.error();
  const fs::path to = options.parent / options.name;
  std::error_code failed;
  if (fs::exists(to, failed)) {
    return Error{Fault::kInvalid,
                 to.string() +
                     " exists already; nothing was changed. Choose another name, or move "
                     "it away"};
  }
  if (!fs::create_directory(to, failed))
    return Error{Fault::kIo, "cannot make the folder " + to.string() + ": " + failed.message()};
  for (const auto& entry : fs::directory_iterator(*from)) {
    const fs::path file = to / renamed(entry.path().filename().string(), options.name);
    if (auto copied = copy_file(entry.path(), file, options.name); !copied)
      return std::move(copied).error();
  }
  return to;
}

int new_project(const NewOptions& options) {
  std::error_code failed;
  const auto executable = fs::read_symlink("/proc/self/exe", failed);
  const auto folders = options.templates.empty() ? template_folders(executable, std::getenv("HOME"))
                                                 : std::vector<fs::path>{options.templates};
  const auto made = make_project(options, folders);
  if (!made) {
    std::cerr << "sluice: " << made.error().message << '\n';
    return made.error().fault == Fault::kInvalid ? kUsage : kFailed;
  }
  std::cout << "Made " << made->string() << ". Next:\n"
            << "  cd " << made->string() << '\n'
            << "  cmake -S . -B build" << sdk_argument(*find_template(options.kind, folders))
            << " && cmake --build build\n"
            << "  ctest --test-dir build --output-on-failure\n"
            << "README.md says the rest.\n";
  return kFine;
}

}  // namespace sluice::app
