# The verbs that talk to a running host, as the library sluice_app_client.
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(nlohmann_json REQUIRED)
find_library(UTF8PROC_LIBRARY utf8proc REQUIRED)

sluice_host_library(app_client
  SOURCES choice.cpp client_host.cpp client_url.cpp crawls_verb.cpp crawls_verb_text.cpp dlq_verb.cpp dlq_verb_text.cpp feed_delivery.cpp feed_events.cpp
          feed_pages.cpp feed_run.cpp feed_summary.cpp feed_verb.cpp markdown_pages.cpp progress.cpp reload_verb.cpp search_verb.cpp
          search_verb_text.cpp status_verb.cpp status_verb_text.cpp terminal.cpp terminal_numbers.cpp
          terminal_table.cpp terminal_text.cpp
  PUBLIC sluice_base sluice_net CLI11::CLI11 nlohmann_json::nlohmann_json
  PRIVATE sluice_config OpenSSL::Crypto "${UTF8PROC_LIBRARY}")
