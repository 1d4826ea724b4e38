// The component as a host drives it, without a host.
#include <sluice/testing.hpp>

#include <cstdio>
#include <string>

namespace {

using sluice::testing::Stage;

int failures = 0;

void expect(bool holds, const std::string& what) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "failed: %s\n", what.c_str());
}

void makes_text_louder() {
  Stage stage(R"({"suffix":"!!"})");
  expect(stage.start().empty(), "it starts");
  const auto out = stage.run({{.id = "https://example.org/", .text = "hello"}});
  expect(out[0].verdict == SLUICE_OK, "a text goes on");
  expect(out[0].record.text == "HELLO!!", "louder, with the suffix: " + out[0].record.text);
  const std::string complaints = stage.finish();
  expect(complaints.empty(), "no rule of the host is broken: " + complaints);
}

void leaves_out_what_is_empty() {
  Stage stage;
  expect(stage.start().empty(), "it starts");
  const auto out = stage.run({{.id = "https://example.org/"}});
  expect(out[0].verdict == SLUICE_DROPPED, "an empty text is left out");
}

}  // namespace

int main() {
  makes_text_louder();
  leaves_out_what_is_empty();
  return failures == 0 ? 0 : 1;
}
