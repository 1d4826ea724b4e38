// load: every refusal names the file and the reason; what is loaded is a private copy.
#include "plugin/image.hpp"

#include "plugin/plugin_file.hpp"
#include "watched.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <fstream>

namespace sluice::plugin {
namespace {

struct ImageTest : testing::Test {
  Watched watched;
  ScratchFolder folder;
  std::filesystem::path copies = folder.path() / "run" / "plugins";

  Result<std::shared_ptr<const Image>> load_it(const std::filesystem::path& file,
                                               std::optional<std::string> pin = std::nullopt) {
    return load(file, {std::move(pin), copies}, offer(), watched.faults);
  }
  // The refusal of the test plugin `name`, without its path.
  std::string refusal(const std::string& name) {
    const auto file = folder.take(name);
    const auto image = load_it(file);
    if (image) return "(loaded)";
    EXPECT_EQ(image.error().fault, Fault::kConfig);
    const auto& message = image.error().message;
    EXPECT_TRUE(message.starts_with(file.string() + " ")) << message;
    return message.substr(file.string().size() + 1);
  }
};

TEST_F(ImageTest, LoadsAGoodPlugin) {
  const auto file = folder.take("good");
  const auto image = load_it(file);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ((*image)->path(), file);
  EXPECT_EQ((*image)->note().id, "test.good");
  EXPECT_EQ((*image)->note().abi_major, 1U);
  EXPECT_STREQ((*image)->table().toolchain, "test");
  ASSERT_EQ((*image)->descriptors().size(), 1U);
  EXPECT_EQ((*image)->find("test.good"), (*image)->descriptors()[0]);
  EXPECT_EQ((*image)->find("test.bad"), nullptr);
  EXPECT_EQ((*image)->sha256(), sha256_of(*read_file(file)));
}

TEST_F(ImageTest, LoadsFromAPrivateCopyNamedByItsDigest) {
  const auto image = load_it(folder.take("good"));
  ASSERT_TRUE(image);
  const auto copy = copies / ((*image)->sha256() + ".so");
  struct stat status {};
  ASSERT_EQ(stat(copy.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0500U);
  ASSERT_EQ(stat(copies.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  std::ifstream maps("/proc/self/maps");
  const std::string mapped(std::istreambuf_iterator<char>(maps), {});
  EXPECT_NE(mapped.find(copy.string()), std::string::npos);
}

TEST_F(ImageTest, OverwritingTheFileHarmsNoLoadedImage) {
  const auto file = folder.take("good");
  const auto image = load_it(file);
  ASSERT_TRUE(image);
  std::ofstream(file, std::ios::trunc) << "gone";
  EXPECT_STREQ((*image)->descriptors()[0]->id, "test.good");
}

TEST_F(ImageTest, ADamagedCopyIsMadeAgain) {
  const auto file = folder.take("good");
  const auto sha256 = sha256_of(*read_file(file));
  ASSERT_TRUE(std::filesystem::create_directories(copies));
  std::filesystem::permissions(copies, std::filesystem::perms(0700));
  std::ofstream(copies / (sha256 + ".so")) << "half a cop";
  const auto image = load_it(file);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(sha256_of(*read_file(copies / (sha256 + ".so"))), sha256);
}

TEST_F(ImageTest, RefusesAFolderOfCopiesThatOthersMayWrite) {
  const auto file = folder.take("good");
  ASSERT_TRUE(std::filesystem::create_directories(copies));
  std::filesystem::permissions(copies, std::filesystem::perms(0777));
  const auto image = load_it(file);
  ASSERT_FALSE(image);
  EXPECT_EQ(
      image.error().message,
      copies.string() +
          " is to hold the copies of plugins but is not a folder that only this user can write;"
          " remove it or run: chmod go-w " +
          copies.string());
}

TEST_F(ImageTest, ComparesThePin) {
  const auto file = folder.take("good");
  const auto sha256 = sha256_of(*read_file(file));
  EXPECT_TRUE(load_it(file, "sha256:" + sha256));
  const std::string zeros(64, '0');
  const auto other = load_it(file, "sha256:" + zeros);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message,
            file.string() + " is not the file that was pinned: it has sha256:" + sha256 +
                ", the pin says sha256:" + zeros + "; install the pinned file, or change the pin");
  const auto broken = load_it(file, "md5:1");
  ASSERT_FALSE(broken);
  EXPECT_EQ(
      broken.error().message,
      file.string() + " is pinned to 'md5:1', which is not sha256: and 64 hexadecimal digits");
}

TEST_F(ImageTest, RefusesAFileThatOthersMayWrite) {
  const auto file = folder.take("good");
  std::filesystem::permissions(file, std::filesystem::perms(0775));
  const auto image = load_it(file);
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().message,
            file.string() +
                " is writable by others than its owner, who could put any code into this"
                " host; run: chmod go-w " +
                file.string());
}

TEST_F(ImageTest, RefusesAFolderThatOthersMayWrite) {
  const auto file = folder.take("good");
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0777));
  const auto image = load_it(file);
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0700));
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().message, "the folder " + folder.path().string() +
                                       " of good.so is writable by others than its owner, who could"
                                       " put any code into this host; run: chmod go-w " +
                                       folder.path().string());
}

TEST_F(ImageTest, ALinkIsAsSafeAsTheFolderItLeadsTo) {
  const ScratchFolder elsewhere;
  std::filesystem::create_symlink(elsewhere.take("good"), folder.path() / "linked.so");
  EXPECT_TRUE(load_it(folder.path() / "linked.so"));
  std::filesystem::permissions(elsewhere.path(), std::filesystem::perms(0777));
  EXPECT_FALSE(load_it(folder.path() / "linked.so"));
}

TEST_F(ImageTest, RefusesARelativePath) {
  const auto image = load_it("plugins/chunker.so");
  ASSERT_FALSE(image);
  EXPECT_EQ(
      image.error().message,
      "plugins/chunker.so is a relative path, which means another file in another folder; give"
      " the absolute path of the plugin");
}

TEST_F(ImageTest, RefusesWhatIsNoRegularFile) {
  const auto fifo = folder.path() / "fifo.so";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const auto image = load_it(fifo);
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().message,
            fifo.string() + " is not a regular file; a plugin is a file <name>.so");
  const auto missing = load_it(folder.path() / "missing.so");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, (folder.path() / "missing.so").string() +
                                         ": cannot be opened: No such file or directory");
}

TEST_F(ImageTest, RefusesWithoutNote) {
  EXPECT_EQ(
      refusal("no_note"),
      "has no Sluice note: it is not a Sluice plugin, or its notes were stripped; a plugin says"
      " SLUICE_MANIFEST or SLUICE_PLUGIN once");
}

TEST_F(ImageTest, RefusesAnotherMajor) {
  EXPECT_EQ(
      refusal("wrong_major"),
      "is built for version 2 of the plugin ABI; this host speaks version 1: build it with this"
      " host's SDK");
}

TEST_F(ImageTest, RefusesWithoutEntry) {
  EXPECT_EQ(refusal("no_entry"),
            "has a note but does not export sluice_plugin_entry_v1; declare the function with"
            " SLUICE_EXPORT");
}

TEST_F(ImageTest, RefusesAnEntryThatReturnsNothing) {
  EXPECT_EQ(refusal("null_entry"),
            "returned nothing from sluice_plugin_entry_v1; it must return its sluice_plugin");
}

TEST_F(ImageTest, RefusesAnEntryThatThrows) {
  EXPECT_EQ(refusal("throws_in_entry"),
            "threw an exception out of sluice_plugin_entry_v1; it must return its sluice_plugin");
  EXPECT_EQ(watched.count("throws_in_entry", "throw"), 1);
}

TEST_F(ImageTest, RefusesTwoDescriptorsWithOneId) {
  EXPECT_EQ(refusal("duplicate_id"), "has two descriptors with the id test.twin; ids must differ");
}

TEST_F(ImageTest, RefusesANeedThatThisHostDoesNotMeet) {
  EXPECT_EQ(refusal("unknown_need"),
            "needs sluice.timer/2; this host (0.1.0) offers sluice.timer/1");
}

TEST_F(ImageTest, RefusesWhatTheLoaderRefuses) {
  const auto why = refusal("unresolved");
  EXPECT_TRUE(why.starts_with("cannot be loaded: ")) << why;
  EXPECT_TRUE(
      why.ends_with("undefined symbol: sluice_test_function_that_is_nowhere; link the plugin"
                    " with the library that has it"))
      << why;
}

}  // namespace
}  // namespace sluice::plugin
