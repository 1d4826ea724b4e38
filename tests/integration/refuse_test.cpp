// What keeps a host from starting: its exit code, and the sentence that says what to do.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::testing {
namespace {

constexpr int kBadConfig = 78;
constexpr int kTryAgain = 75;

Finished run_text(const TemporaryFolder& folder, const std::string& text) {
  return run_sluice({"run", folder.write("p.yaml", text).string()});
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

TEST(Refuse, ReportsEveryFindingOfAFileAtOnce) {
  const TemporaryFolder folder;
  const std::string text = R"(version: 1
mode: streamin
http: {listen: "127.0.0.1:0", max_boddy: 1MiB}
plugins: {path: [)" SLUICE_PLUGIN_FOLDER R"(]}
stages:
  crawl: {plugin: firecrawl-source, config: {webhook_secrt: x}}
  chunk: {plugin: chunker, config: {max_tokens: many}}
  words: {plugin: bm25-sink}
  words: {plugin: bm25-sink}
flow: [crawl, chunk, wrds]
)";
  const auto done = run_text(folder, text);
  const std::string file = (folder.path() / "p.yaml").string() + ":";

  EXPECT_EQ(done.exit_code, kBadConfig);
  for (
      const std::string& finding :
      {file + R"(2:7: mode: expected one of "streaming", "micro-batch", "batch", got "streamin"; )"
              R"(did you mean "streaming"?)",
       file + R"(3:31: http: unknown key "max_boddy"; did you mean "max_body"?)",
       file +
           R"(6:46: stages.crawl.config: unknown key "webhook_secrt"; did you mean "webhook_secret"?)",
       file + R"(7:49: stages.chunk.config.max_tokens: expected an integer, got "many")",
       file + R"(9:3: stages: duplicate key "words"; the first is at line 8, column 3)",
       file + R"(10:22: flow[2]: there is no stage "wrds" in "stages"; did you mean "words"?)",
       std::string("6 errors. Nothing was started.")}) {
    EXPECT_NE(done.err.find(finding), std::string::npos) << finding << "\nis not in\n" << done.err;
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "data"));
}

TEST(Refuse, ReadsNoFileThatIsNotThere) {
  const auto done = run_sluice({"run", "/nowhere/at-all.yaml"});
  EXPECT_EQ(done.exit_code, kBadConfig);
  EXPECT_NE(done.err.find("/nowhere/at-all.yaml"), std::string::npos) << done.err;
}

TEST(Refuse, ReadsNoFileThatIsNotYaml) {
  const TemporaryFolder folder;
  for (const char* text :
       {"", "a: [", "\t- x", "- 1\n- 2\n", "just words\n", "\xff\xfe", "a: &x [*x]\n"}) {
    const auto done = run_text(folder, text);
    EXPECT_EQ(done.exit_code, kBadConfig) << text << done.err;
    EXPECT_NE(done.err.find("p.yaml:"), std::string::npos) << text << done.err;
  }
}

TEST(Refuse, NamesAPluginThatIsNotThere) {
  const TemporaryFolder folder;
  const auto done =
      run_text(folder, replaced(PipelineFile().text(), "plugin: chunker", "plugin: chunkr"));
  EXPECT_EQ(done.exit_code, kBadConfig);
  EXPECT_NE(done.err.find("p.yaml:9:21: stages.chunk.plugin: no plugin chunkr"), std::string::npos)
      << done.err;
  EXPECT_NE(done.err.find("did you mean chunker?"), std::string::npos) << done.err;
}

TEST(Refuse, NamesWhatIsWrongWithAPluginFile) {
  const TemporaryFolder folder;
  folder.write("plugins/broken.so", "this is text");
  folder.write("plugins/short.so",
               "\x7f"
               "ELF");
  const auto done = run_text(
      folder, "version: 1\nplugins: {path: [" + (folder.path() / "plugins").string() +
                  "]}\nstages:\n  a: {plugin: broken}\n  b: {plugin: short}\nflow: [a, b]\n");
  EXPECT_EQ(done.exit_code, kBadConfig);
  EXPECT_NE(done.err.find("broken.so"), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("short.so"), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("not an ELF file"), std::string::npos) << done.err;
}

TEST(Refuse, HoldsAPluginToItsPin) {
  const TemporaryFolder folder;
  const std::string pin = "pin: {chunker: \"sha256:" + std::string(64, '0') + "\"}, path: [";
  const auto done = run_text(folder, replaced(PipelineFile().text(), "path: [", pin));
  EXPECT_EQ(done.exit_code, kBadConfig);
  EXPECT_NE(done.err.find("chunker.so"), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("sha256"), std::string::npos) << done.err;
}

TEST(Refuse, SaysThatTheDataFolderCannotBeWritten) {
  const TemporaryFolder folder;
  const auto file = folder.write("a-file", "in the way");
  for (const std::string& data : {(file / "data").string(), std::string("/proc/sluice-data")}) {
    const auto done = run_text(folder, PipelineFile{.data = data}.text());
    EXPECT_TRUE(done.exit_code == kBadConfig || done.exit_code == kTryAgain) << done.exit_code;
    EXPECT_NE(done.err.find("the data folder " + data + " cannot be made"), std::string::npos)
        << done.err;
  }
}

TEST(Refuse, NamesTheHostThatHasTheDataFolder) {
  TestHost host;
  host.start();
  const auto done = run_sluice({"run", host.pipeline().string()});
  EXPECT_EQ(done.exit_code, kTryAgain);
  EXPECT_NE(done.err.find("is in use by process " + std::to_string(host.process().pid())),
            std::string::npos)
      << done.err;
  EXPECT_EQ(host.http().get("/health/ready").status, 200U);
}

// What is wrong with the file stays wrong when the folder is free.
TEST(Refuse, SaysWhatIsWrongWithTheFileFirst) {
  TestHost host;
  host.start();
  const auto done = run_sluice(
      {"run", host.pipeline().string(), "--set", "stages.chunk.config.overlap_tokens=60"});
  EXPECT_EQ(done.exit_code, kBadConfig);
  EXPECT_NE(done.err.find("stages.chunk.config.overlap_tokens"), std::string::npos) << done.err;
}

TEST(Refuse, SaysThatThePortIsTaken) {
  const TemporaryFolder folder;
  const int taken = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(taken, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(taken, 1), 0);
  ASSERT_EQ(::getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string listen = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));

  const auto done = run_text(folder, PipelineFile{.listen = listen}.text());

  ::close(taken);
  EXPECT_EQ(done.exit_code, kTryAgain);
  EXPECT_NE(done.err.find(listen), std::string::npos) << done.err;
}

TEST(Refuse, SetsNoVariableThatIsNotSet) {
  const TemporaryFolder folder;
  const std::string text =
      replaced(PipelineFile().text(), kSecret, "\"${SLUICE_TEST_SURELY_NOT_SET}\"");
  const auto done = run_text(folder, text);
  EXPECT_EQ(done.exit_code, kBadConfig);
  EXPECT_NE(done.err.find("the environment variable SLUICE_TEST_SURELY_NOT_SET is not set"),
            std::string::npos)
      << done.err;
}

TEST(Refuse, WiresNothingThatDoesNotFit) {
  const TemporaryFolder folder;
  for (const char* flow : {"[chunk, words]", "[crawl]", "[crawl, words, chunk]",
                           "[crawl, chunk, crawl]", "[crawl, seen, chunk, [[vectors], [words]]]"}) {
    const std::string text = "version: 1\nplugins: {path: [" SLUICE_PLUGIN_FOLDER
                             "]}\nstages:\n"
                             "  crawl: {plugin: firecrawl-source}\n  seen: {plugin: local-dedupe}\n"
                             "  chunk: {plugin: chunker}\n  vectors: {plugin: local-vectors}\n"
                             "  words: {plugin: bm25-sink}\nflow: " +
                             std::string(flow) + "\n";
    EXPECT_EQ(run_text(folder, text).exit_code, kBadConfig) << flow;
  }
}

}  // namespace
}  // namespace sluice::testing
