// Networks of addresses.
#include "config/network.hpp"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

TEST(Network, ContainsItsAddresses) {
  struct Case {
    const char* network;
    const char* inside;
    const char* outside;
  };
  for (const Case& one :
       {Case{"10.0.0.0/8", "10.255.1.2", "11.0.0.1"}, Case{"192.0.2.7", "192.0.2.7", "192.0.2.8"},
        Case{"192.0.2.0/25", "192.0.2.127", "192.0.2.128"},
        Case{"172.16.0.0/12", "172.31.255.255", "172.32.0.0"}, Case{"::1", "::1", "::2"},
        Case{"fd00::/8", "fdff::1", "fc00::1"},
        Case{"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"}}) {
    const auto network = parse_network(one.network);
    ASSERT_TRUE(network) << one.network;
    EXPECT_TRUE(network->contains(one.inside)) << one.network;
    EXPECT_FALSE(network->contains(one.outside)) << one.network;
  }
}

TEST(Network, TakesAMappedAddressForWhatItMaps) {
  EXPECT_TRUE(parse_network("10.0.0.0/8")->contains("::ffff:10.1.2.3"));
  EXPECT_FALSE(parse_network("10.0.0.0/8")->contains("::ffff:11.1.2.3"));
  EXPECT_FALSE(parse_network("10.0.0.0/8")->contains("::10.1.2.3"));
}

TEST(Network, OfNoBitsIsAll) {
  EXPECT_TRUE(parse_network("0.0.0.0/0")->contains("203.0.113.9"));
  EXPECT_FALSE(parse_network("0.0.0.0/0")->contains("2001:db8::1"));
  EXPECT_TRUE(parse_network("::/0")->contains("2001:db8::1"));
}

TEST(Network, IsNothingElse) {
  for (const char* text : {"", "localhost", "10.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
                           "10.0.0.0/8x", "::/129", "10.0.0.256", "[::1]", "10.0.0.1:80", "/8"}) {
    EXPECT_FALSE(parse_network(text)) << text;
  }
  EXPECT_FALSE(parse_network("10.0.0.0/8")->contains("somewhere"));
  EXPECT_FALSE(parse_network(std::string_view("10.0.0.1\0.9", 11)));
}

}  // namespace
}  // namespace sluice::config
