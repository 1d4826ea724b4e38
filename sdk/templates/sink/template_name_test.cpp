// The component as a host drives it, without a host.
#include <sluice/testing.hpp>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace {

using sluice::testing::chunk_of;
using sluice::testing::Page;
using sluice::testing::Stage;

int failures = 0;

void expect(bool holds, const std::string& what) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "failed: %s\n", what.c_str());
}

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void keeps_every_operation() {
  Stage stage;
  expect(stage.start().empty(), "it starts");
  const Page page{.id = "https://example.org/", .text = "one\ttwo"};
  const auto out = stage.run({chunk_of(page, 0, "one\ttwo"),
                              {.id = page.id, .op = SLUICE_TRIM, .chunk_count = 1},
                              {.id = page.id, .op = SLUICE_DELETE}});
  for (const auto& record : out.records) expect(record.verdict == SLUICE_OK, record.why);
  const std::string kept = content(stage.host().core().folder + "/records.txt");
  expect(kept ==
             "put\thttps://example.org/\t0\tone\\ttwo\n"
             "trim\thttps://example.org/\t1\n"
             "delete\thttps://example.org/\n",
         "the file has a line for each: " + kept);
  const std::string complaints = stage.finish();
  expect(complaints.empty(), "no rule of the host is broken: " + complaints);
}

void refuses_a_path() {
  Stage stage(R"({"file":"../elsewhere"})");
  expect(stage.configure() == "/file: must be the name of a file, without folders",
         "a path is no name");
}

}  // namespace

int main() {
  keeps_every_operation();
  refuses_a_path();
  return failures == 0 ? 0 : 1;
}
