// Vectors made with `openssl dgst -sha256 -hmac <key>`.
#include "signature.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>

namespace firecrawl {
namespace {

struct Vector {
  std::string_view secret;
  std::string_view body;
  std::string_view hex;
};

constexpr Vector kVectors[] = {
    {"sluice-key-1", "", "6f5a05ad727ea35a1e8a82ee6bf9b05fc3e66ad8517cad018f8c6aace4ed0a62"},
    {"sluice-key-1", R"({"success":true,"type":"crawl.started","id":"c-1","data":[]})",
     "0006d97468937cdfcd325d5b6666e79b3f91f0d5d7c1e0bd6de70c7c4dc2afa5"},
    {"sluice-key-1", "{\"t\":\"Grüße — 日本語 🚀\"}",
     "19da945f842516bea5f39e9b4f63879b02413d8a56bd736c624c82e8019f256c"},
    {"Schlüssel-🔑", "{}", "275c840ba34cbdf4100ccd0d4775759b7165ec3c49e47df6e6f40f724f2727a2"},
};

std::string header_of(std::string_view hex) { return "sha256=" + std::string(hex); }

TEST(Signature, AcceptsTheVectors) {
  for (const Vector& v : kVectors) {
    EXPECT_EQ(check_signature(v.secret, header_of(v.hex), v.body), SignatureCheck::kOk) << v.body;
  }
}

TEST(Signature, AcceptsUpperCaseDigitsAndSpacesAround) {
  std::string hex(kVectors[1].hex);
  std::transform(hex.begin(), hex.end(), hex.begin(),
                 [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  EXPECT_EQ(check_signature(kVectors[1].secret, " " + header_of(hex) + "\t", kVectors[1].body),
            SignatureCheck::kOk);
}

TEST(Signature, RefusesEveryChangedDigit) {
  const Vector& v = kVectors[1];
  for (std::size_t i = 0; i < v.hex.size(); ++i) {
    std::string hex(v.hex);
    hex[i] = hex[i] == '0' ? '1' : '0';
    EXPECT_EQ(check_signature(v.secret, header_of(hex), v.body), SignatureCheck::kWrong) << i;
  }
}

TEST(Signature, RefusesAnotherKeyOrBody) {
  const Vector& v = kVectors[1];
  EXPECT_EQ(check_signature("sluice-key-2", header_of(v.hex), v.body), SignatureCheck::kWrong);
  EXPECT_EQ(check_signature(v.secret, header_of(v.hex), std::string(v.body) + "\n"),
            SignatureCheck::kWrong);
}

TEST(Signature, TellsMissingFromMalformed) {
  EXPECT_EQ(check_signature("k", "", "{}"), SignatureCheck::kMissing);
  EXPECT_EQ(check_signature("k", "  ", "{}"), SignatureCheck::kMissing);
  const std::string hex(64, 'a');
  for (const std::string& header : std::initializer_list<std::string>{
           hex, "sha1=" + hex, "SHA256=" + hex, "sha256=" + hex.substr(1), "sha256=" + hex + "a",
           "sha256=" + hex.substr(1) + "g", "sha256 =" + hex, "sha256=", "sha256= " + hex.substr(1),
           "sha256=" + hex + ",sha256=" + hex}) {
    EXPECT_EQ(check_signature("k", header, "{}"), SignatureCheck::kMalformed) << header;
  }
}

}  // namespace
}  // namespace firecrawl
