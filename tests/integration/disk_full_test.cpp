// A full disk: 503 and not ready, nothing acknowledged lost, and well again once there is room.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sluice::testing {
namespace {

// A small disk in memory, with room for the host's copies of its plugins.
class SmallDisk final {
 public:
  explicit SmallDisk(const std::filesystem::path& at) : at_(at) {
    std::filesystem::create_directories(at_);
    const char* const size = SLUICE_PATIENCE > 1 ? "size=512m" : "size=192m";
    is_mounted_ = ::mount("tmpfs", at_.c_str(), "tmpfs", 0, size) == 0;
    if (!is_mounted_) why_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (is_mounted_) ::umount2(at_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool is_mounted() const { return is_mounted_; }
  const std::string& why() const { return why_; }

  // To the last byte.
  void fill() const {
    const int file =
        ::open((at_ / "filler").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const std::array<char, 65536> block{};
    for (std::size_t size = block.size(); size > 0;) {
      if (::write(file, block.data(), size) <= 0) size /= 2;
    }
    ::close(file);
  }
  void free() const { std::filesystem::remove(at_ / "filler"); }

 private:
  std::filesystem::path at_;
  bool is_mounted_ = false;
  std::string why_;
};

TEST(DiskFull, RefusesPagesUntilThereIsRoomAndLosesNone) {
  const TemporaryFolder folder;
  const SmallDisk disk(folder.path() / "disk");
  // Only root may mount. unit_journal fills a database of a few pages wherever it runs.
  if (!disk.is_mounted()) {
    GTEST_SKIP() << "a small disk cannot be mounted here (" << disk.why()
                 << "); run as root to test this";
  }
  TestHost host({.data = (folder.path() / "disk" / "data").string()});
  host.start();
  const Crawl crawl("full-disk");
  PageMaker maker("disk");
  std::vector<TestPage> accepted;
  const auto send = [&](const TestPage& page) {
    const Answer answer = deliver(host.http(), crawl.page(page));
    if (answer.status == 202) accepted.push_back(page);
    return answer;
  };
  for (int i = 0; i < 10; ++i) ASSERT_EQ(send(maker.make()).status, 202U);

  disk.fill();
  Answer refused;
  EXPECT_TRUE(eventually([&] {
    disk.fill();
    TestPage page = maker.make();
    page.markdown += maker.prose(2000);
    refused = send(page);
    return refused.status != 202;
  }));
  EXPECT_EQ(refused.status, 503U) << refused;
  EXPECT_GT(std::stoi("0" + refused.header("Retry-After")), 0) << refused;
  const Answer ready = host.http().get("/health/ready");
  EXPECT_EQ(ready.status, 503U) << ready;
  EXPECT_TRUE(host.process().is_running()) << host.process().err();
  EXPECT_EQ(host.search({{"query", accepted[0].word}, {"mode", "keyword"}}).status, 200U);

  disk.free();
  EXPECT_TRUE(eventually([&] { return host.http().get("/health/ready").status == 200; }));
  EXPECT_TRUE(eventually([&] { return send(maker.make()).status == 202; }));
  const auto ledger = host.await_quiet(crawl.id());
  EXPECT_EQ(ledger["indexed"], accepted.size()) << ledger;
  EXPECT_TRUE(adds_up(ledger)) << ledger;
  for (const auto& page : accepted) EXPECT_EQ(host.found(page.word), 1U) << page.word;
  EXPECT_EQ(host.stop(), 0);
}

TEST(DiskFull, KeepsWhatWasAcceptedWhenItIsKilledThen) {
  const TemporaryFolder folder;
  const SmallDisk disk(folder.path() / "disk");
  // Only root may mount. unit_journal fills a database of a few pages wherever it runs.
  if (!disk.is_mounted()) {
    GTEST_SKIP() << "a small disk cannot be mounted here (" << disk.why()
                 << "); run as root to test this";
  }
  TestHost host({.data = (folder.path() / "disk" / "data").string()});
  host.start();
  const Crawl crawl("killed-full");
  const auto pages = PageMaker("killedfull").make(12);
  std::vector<TestPage> accepted;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (i == 6) disk.fill();
    if (deliver(host.http(), crawl.page(pages[i])).status == 202) accepted.push_back(pages[i]);
  }
  ASSERT_GE(accepted.size(), 6U);
  host.stop(SIGKILL);
  disk.free();

  host.start();
  host.await_quiet(crawl.id());
  for (const auto& page : accepted) EXPECT_EQ(host.found(page.word), 1U) << page.word;
}

}  // namespace
}  // namespace sluice::testing
