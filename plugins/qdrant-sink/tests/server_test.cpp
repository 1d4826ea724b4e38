// The server before its collections: URL and version.
#include "server.hpp"

#include "scripted_wire.hpp"

#include <gtest/gtest.h>

#include <string>

namespace qdrant_sink {
namespace {

std::string read(std::string_view url) {
  const auto place = place_of(url);
  if (const auto* wrong = std::get_if<std::string>(&place)) return *wrong;
  return std::get<Place>(place).url;
}

TEST(PlaceOf, TakesServersAndPaths) {
  EXPECT_EQ(read("http://localhost:6333/"), "http://localhost:6333");
  EXPECT_EQ(read("https://q.example/qdrant//"), "https://q.example/qdrant");
}

TEST(PlaceOf, RefusesTheRest) {
  for (const char* url : {"", "localhost:6333", "ftp://h", "http://", "http:///x"}) {
    EXPECT_EQ(read(url), "is no URL of a server; write http://host:6333 or https://host:6333")
        << url;
  }
  EXPECT_EQ(read("http://me:geheim@h"),
            "has a user or password in it, which Qdrant does not know; use 'api_key'");
  EXPECT_EQ(read("http://h?x=1"),
            "has more than a server and a path; write http://host:6333 or https://host:6333");
}

TEST(LookAt, TellsTheVersionAndRefusesOldOnes) {
  const auto look = [](const std::string& version) {
    ScriptedWire script;
    script.then(200, R"({"title":"qdrant - vector search engine","version":")" + version + "\"}");
    const Wire wire = script.wire();
    const auto facts = look_at({.url = "http://q:6333"}, wire);
    if (const auto* fault = std::get_if<Fault>(&facts)) return fault->sentence;
    return std::get<ServerFacts>(facts).version;
  };
  EXPECT_EQ(look("1.19.0"), "1.19.0");
  EXPECT_EQ(look("1.11.0-dev"), "1.11.0-dev");
  EXPECT_EQ(look("2.0.0"), "2.0.0");
  EXPECT_EQ(look("1.10.9"),
            "Qdrant at http://q:6333 has version 1.10.9; 1.11 or a later one is needed.");
  EXPECT_EQ(look("odd"), "Qdrant at http://q:6333 has version odd; 1.11 or a later one is needed.");
}

TEST(LookAt, SaysWhenSomethingElseAnswers) {
  ScriptedWire script;
  script.then(200, "<html>Welcome to nginx");
  const Wire wire = script.wire();
  const auto facts = look_at({.url = "http://q:6333"}, wire);
  EXPECT_EQ(std::get<Fault>(facts).sentence,
            "http://q:6333 does not answer like a Qdrant; check 'url'.");
}

}  // namespace
}  // namespace qdrant_sink
