// The component as a host drives it, without a host.
#include <sluice/testing.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

using sluice::testing::Stage;

int failures = 0;

void expect(bool holds, const std::string& what) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "failed: %s\n", what.c_str());
}

// A folder with two pages and something else; gone with the object.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "template-XXXXXX").string();
    if (!mkdtemp(name.data())) std::abort();
    path_ = name;
    std::filesystem::create_directory(path_ / "sub");
    std::ofstream(path_ / "a.md") << "# A";
    std::ofstream(path_ / "sub" / "b.md") << "# B";
    std::ofstream(path_ / "c.txt") << "no page";
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string settings() const { return R"({"folder":")" + path_.string() + "\"}"; }

 private:
  std::filesystem::path path_;
};

void pushes_every_page_and_ends() {
  const Folder folder;
  Stage stage(folder.settings());
  expect(stage.start().empty(), "it starts");
  expect(stage.run_source().ok(), "its input ends well");
  const auto pushed = stage.host().pushed();
  expect(pushed.size() == 2, "two pages: " + std::to_string(pushed.size()));
  expect(pushed.at(1).page.id == "https://files.example/sub/b.md", pushed.at(1).page.id);
  expect(pushed.at(1).page.text == "# B", "with the text of the file");
  expect(stage.host().is_finished(), "the host knows that this was all");
  const std::string complaints = stage.finish();
  expect(complaints.empty(), "no rule of the host is broken: " + complaints);
}

void ends_when_the_pipeline_does() {
  const Folder folder;
  Stage stage(folder.settings());
  expect(stage.start().empty(), "it starts");
  stage.host().answer_pushes(SLUICE_E_STOPPING);
  expect(stage.run_source().status == SLUICE_E_STOPPING, "it stops pushing");
  const std::string complaints = stage.finish();
  expect(complaints.empty(), "what was not pushed is freed: " + complaints);
}

}  // namespace

int main() {
  pushes_every_page_and_ends();
  ends_when_the_pipeline_does();
  return failures == 0 ? 0 : 1;
}
