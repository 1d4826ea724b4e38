#include "verify/check.hpp"

#include "verify/pages.hpp"

#include <algorithm>
#include <utility>

namespace sluice::verify {
namespace {

testing::FakeEmbedder& embedder() {
  static testing::FakeEmbedder one(kVectorSize);
  return one;
}

}  // namespace

bool Subject::has_role(std::string_view id) const {
  for (const char* const* role = descriptor->roles; role && *role; ++role)
    if (id == *role) return true;
  return false;
}

bool Subject::is_stage() const {
  return has_role(SLUICE_ROLE_TRANSFORM) || has_role(SLUICE_ROLE_SINK);
}

std::unique_ptr<testing::Stage> Subject::stage(std::string settings_json,
                                               std::filesystem::path folders) const {
  testing::FakeHost::Options options;
  options.instance = "verify";
  options.clock = testing::Loop::Clock::kReal;
  options.watch = watch;
  options.folders = std::move(folders);
  auto made =
      std::make_unique<testing::Stage>(std::move(settings_json), *descriptor, std::move(options));
  made->host().offer_embedder(embedder());
  return made;
}

void Report::breaches(testing::Stage& stage, const std::vector<std::string_view>& kinds) {
  for (const testing::Breach& breach : stage.host().breaches()) {
    const bool is_asked_for =
        kinds.empty() || std::find(kinds.begin(), kinds.end(), breach.kind) != kinds.end();
    if (is_asked_for) fail(breach.sentence);
  }
}

}  // namespace sluice::verify
