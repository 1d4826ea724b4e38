// Versions of tables and conversions.
#include "journal/sql.hpp"

#include "journal/temporary_folder.hpp"

#include <SQLiteCpp/Column.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace sluice::sql {
namespace {

using journal::TemporaryFolder;

struct SqlTest : ::testing::Test {
  TemporaryFolder folder;
  SQLite::Database database{(folder.path() / "x.db").string(),
                            SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
};

TEST_F(SqlTest, MigratesFromWhereTheFileIs) {
  const char* first = "CREATE TABLE t(a)";
  ASSERT_TRUE(migrate(database, folder.path(), {"part", {first}}).ok());
  ASSERT_TRUE(migrate(database, folder.path(), {"part", {first}}).ok());
  ASSERT_TRUE(migrate(database, folder.path(), {"part", {first, "ALTER TABLE t ADD b"}}).ok());
  EXPECT_EQ(database.exec("INSERT INTO t(a, b) VALUES (1, 2)"), 1);
}

TEST_F(SqlTest, RefusesTablesOfALaterVersion) {
  ASSERT_TRUE(
      migrate(database, folder.path(), {"part", {"CREATE TABLE t(a)", "CREATE TABLE u(a)"}}).ok());
  const auto refused = migrate(database, folder.path(), {"part", {"CREATE TABLE t(a)"}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::kConfig);
  EXPECT_EQ(refused.error().message,
            "the data folder " + folder.path().string() +
                " was written by a newer sluice (part tables of version 2): "
                "run that version, or use another folder");
}

TEST_F(SqlTest, LeavesNothingOfAMigrationThatFails) {
  EXPECT_FALSE(migrate(database, folder.path(), {"part", {"CREATE TABLE t(a)", "nonsense"}}).ok());
  EXPECT_FALSE(database.tableExists("t"));
}

TEST_F(SqlTest, TurnsExceptionsIntoErrors) {
  const auto failed = guarded(folder.path(), []() -> int { throw std::runtime_error("sentence"); });
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message, "sentence");
  const auto refused = guarded(folder.path(), [&] { database.exec("nonsense"); });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::kInternal);
  EXPECT_NE(refused.error().message.find(folder.path().string()), std::string::npos);
}

TEST_F(SqlTest, KeepsTimesToTheMillisecond) {
  const Wall::time_point time(std::chrono::milliseconds(1'700'000'000'123));
  EXPECT_EQ(from_ms(to_ms(time)), time);
}

}  // namespace
}  // namespace sluice::sql
