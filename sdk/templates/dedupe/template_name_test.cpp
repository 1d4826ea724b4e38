// The component as a host drives it, without a host.
#include <sluice/testing.hpp>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

using sluice::testing::Stage;

int failures = 0;

void expect(bool holds, const std::string& what) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "failed: %s\n", what.c_str());
}

sluice_key key(std::string_view crawl, std::string_view id, uint8_t content) {
  sluice_key key{};
  key.scope = {crawl.data(), crawl.size()};
  key.id = {id.data(), id.size()};
  key.digest[0] = content;
  return key;
}

uint8_t claim(Stage& stage, const sluice_key& key) {
  std::vector<uint8_t> answers;
  expect(stage.claim({key}, answers).ok(), "a claim is answered");
  return answers[0];
}

void lets_a_page_through_once() {
  Stage stage;
  expect(stage.start().empty(), "it starts");
  expect(claim(stage, key("one", "page", 1)) == SLUICE_KEY_NEW, "the first time it is new");
  expect(claim(stage, key("one", "page", 1)) == SLUICE_KEY_BUSY, "then somebody is at it");
  expect(stage.settle({key("one", "page", 1)}, SLUICE_E_REJECT).ok(), "it can be given up");
  expect(claim(stage, key("one", "page", 1)) == SLUICE_KEY_NEW, "and is new again");
  expect(stage.settle({key("one", "page", 1)}, SLUICE_OK).ok(), "it can be done");
  expect(claim(stage, key("one", "page", 2)) == SLUICE_KEY_SAME, "done in this crawl");
  expect(claim(stage, key("two", "page", 1)) == SLUICE_KEY_UNCHANGED, "the same in another");
  expect(claim(stage, key("two", "page", 2)) == SLUICE_KEY_CHANGED, "changed in another");
  const std::string complaints = stage.finish();
  expect(complaints.empty(), "no rule of the host is broken: " + complaints);
}

}  // namespace

int main() {
  lets_a_page_through_once();
  return failures == 0 ? 0 : 1;
}
