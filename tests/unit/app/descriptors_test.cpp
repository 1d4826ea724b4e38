// Descriptors: clients get what the host's own files leave.
#include "app/descriptors.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

namespace sluice::app {
namespace {

TEST(Descriptors, AreRaisedToWhatTheProcessMayHave) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{128, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);

  EXPECT_EQ(descriptor_limit(), 128U);
  raise_descriptor_limit();
  EXPECT_EQ(descriptor_limit(), before.rlim_max);
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(Descriptors, AreForConnectionsWhereThereAreEnough) {
  const auto limit = connections_within(65'536, 4096);
  EXPECT_EQ(limit.connections, 4096U);
  EXPECT_EQ(limit.warning, "");
}

TEST(Descriptors, AreKeptBackForTheHostsOwnFiles) {
  const auto limit = connections_within(1024, 4096);
  EXPECT_EQ(limit.connections, 768U);
  EXPECT_EQ(limit.warning,
            "no more than 768 connections are taken at once, as the process may have only 1024 "
            "files open; raise that limit to 4352: LimitNOFILE= of a systemd unit, --ulimit "
            "nofile= of Docker, ulimit -n of a shell");
}

TEST(Descriptors, AreSharedWhereThereAreFew) {
  EXPECT_EQ(connections_within(100, 4096).connections, 50U);
  EXPECT_EQ(connections_within(0, 4096).connections, 1U);
}

}  // namespace
}  // namespace sluice::app
