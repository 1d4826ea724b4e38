// Addresses that Firecrawl must not be sent to for a stranger.
#include "targets.hpp"

#include <gtest/gtest.h>

namespace firecrawl {
namespace {

TEST(Targets, ArePublicForTheWeb) {
  for (const char* url :
       {"https://docs.example/", "http://docs.example:8080/a?b", "https://8.8.8.8/",
        "https://[2606:4700::1111]/", "https://user@docs.example/", "https://localhost.example/",
        "https://172.32.0.1/", "https://100.128.0.1/", "https://xn--bcher-kva.example/"}) {
    EXPECT_EQ(judge_target(url), Target::kPublic) << url;
  }
}

TEST(Targets, ArePrivateHoweverTheyAreWritten) {
  for (const char* url : {"http://localhost/",
                          "http://LOCALHOST:3002/",
                          "http://127.0.0.1/",
                          "http://127.1/",
                          "http://2130706433/",
                          "http://0x7f000001/",
                          "http://0177.0.0.1/",
                          "http://0/",
                          "http://10.1.2.3/",
                          "http://172.16.0.1/",
                          "http://192.168.1.1/",
                          "http://169.254.169.254/",
                          "http://100.64.0.1/",
                          "http://[::1]/",
                          "http://[::]/",
                          "http://[fe80::1]/",
                          "http://[fd00::1]/",
                          "http://[::ffff:127.0.0.1]/",
                          "http://[::ffff:7f00:1]/",
                          "http://[64:ff9b::10.0.0.1]/",
                          "http://[2002:7f00:1::]/",
                          "http://redis:6379/",
                          "http://metadata.google.internal/",
                          "http://printer.local/",
                          "http://a.localhost/",
                          "http://user:pass@127.0.0.1/",
                          "http://localhost./",
                          "http://224.0.0.1/",
                          "http://255.255.255.255/"}) {
    EXPECT_EQ(judge_target(url), Target::kPrivate) << url;
  }
}

TEST(Targets, AreNoneWithoutAWebAddress) {
  for (const char* url : {"", "ftp://docs.example/", "file:///etc/passwd", "docs.example",
                          "http://", "https:///x", "javascript:alert(1)"}) {
    EXPECT_NE(judge_target(url), Target::kPublic) << url;
  }
}

}  // namespace
}  // namespace firecrawl
