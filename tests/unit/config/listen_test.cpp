#include "config/listen.hpp"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

TEST(Listen, IsAnAddressAndAPort) {
  struct Case {
    const char* text;
    Listen expected;
    bool is_loopback;
  };
  for (const Case& c :
       {Case{"127.0.0.1:8080", {"127.0.0.1", 8080}, true}, Case{"0.0.0.0:0", {"0.0.0.0", 0}, false},
        Case{"127.8.9.1:1", {"127.8.9.1", 1}, true}, Case{"[::1]:80", {"::1", 80}, true},
        Case{"[::]:65535", {"::", 65535}, false}, Case{"localhost:80", {"localhost", 80}, true},
        Case{"10.0.0.1:80", {"10.0.0.1", 80}, false}}) {
    const auto listen = parse_listen(c.text);
    ASSERT_TRUE(listen) << c.text;
    EXPECT_EQ(*listen, c.expected) << c.text;
    EXPECT_EQ(listen->is_loopback(), c.is_loopback) << c.text;
    EXPECT_EQ(listen->text(), c.text);
  }
}

TEST(Listen, RefusesWhatIsNone) {
  for (const char* text : {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                           "127.0.0.1:-1", "127.0.0.1:8o", "::1:80", "[::1]", "[x]:1", "[]:1",
                           "example.org:80", "1.2.3:80", "127.0.0.1:80 "}) {
    EXPECT_EQ(parse_listen(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace sluice::config
