// search_path: what is looked through, in which order.
#include "plugin/registry.hpp"

#include <gtest/gtest.h>

namespace sluice::plugin {
namespace {

using Path = std::vector<std::filesystem::path>;

TEST(SearchPath, ConfiguredThenEnvironmentThenNextToTheExecutable) {
  EXPECT_EQ(search_path({"/opt/plugins/"}, "/env/a:/env/b", "/usr/bin/sluice"),
            (Path{"/opt/plugins", "/env/a", "/env/b", "/usr/bin/plugins", "/usr/plugins",
                  "/usr/lib/sluice/plugins"}));
}

TEST(SearchPath, NamesEachFolderOnce) {
  EXPECT_EQ(search_path({"/usr/lib/sluice/plugins", "/x"}, "/x::/x:", "/usr/bin/sluice"),
            (Path{"/usr/lib/sluice/plugins", "/x", "/usr/bin/plugins", "/usr/plugins"}));
}

TEST(SearchPath, TheEnvironmentMayBeUnset) {
  EXPECT_EQ(search_path({}, nullptr, "/b/bin/sluice"),
            (Path{"/b/bin/plugins", "/b/plugins", "/b/lib/sluice/plugins"}));
}

}  // namespace
}  // namespace sluice::plugin
