# What is installed beside the program and its plugins, and the Debian package of all of it:
#   cpack --config build/release/CPackConfig.cmake -B build/package
set(package "${CMAKE_SOURCE_DIR}/tools/package")
install(FILES "${package}/pipeline.yaml" DESTINATION /etc/sluice COMPONENT runtime)
install(FILES "${package}/sluice.service" DESTINATION lib/systemd/system COMPONENT runtime)
install(FILES "${package}/sluice.sysusers" DESTINATION lib/sysusers.d RENAME sluice.conf COMPONENT runtime)
install(FILES "${CMAKE_SOURCE_DIR}/pipelines/streaming.yaml" "${CMAKE_SOURCE_DIR}/pipelines/micro-batch.yaml"
              "${CMAKE_SOURCE_DIR}/pipelines/batch.yaml" "${CMAKE_SOURCE_DIR}/pipelines/local.yaml"
        DESTINATION share/doc/sluice/pipelines COMPONENT runtime)
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION share/doc/sluice RENAME copyright COMPONENT runtime)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sluice)
set(CPACK_PACKAGE_CONTACT "The Sluice authors <sluice@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "From a crawler's webhooks to search, in one process")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
# Only what runs: the SDK is for those who build plugins.
set(CPACK_INSTALL_CMAKE_PROJECTS "${CMAKE_BINARY_DIR};sluice;runtime;/")
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # what is packed has been built before
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, passwd")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${package}/conffiles;${package}/postinst;${package}/prerm;${package}/postrm")
include(CPack)
