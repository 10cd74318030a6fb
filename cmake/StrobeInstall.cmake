# What is installed where. Component `wheel` is laid out as site-packages; component `hub` as a prefix such as /usr/local.
#
#   cmake --build DIR --target wheel        builds what the wheel holds
#   cmake --install DIR --component wheel   the agent, the hub and the start-up file, below the Python package
#   cmake --install DIR --component hub     the hub alone, for a machine without Python
add_custom_target(wheel ALL)
if(TARGET _agent)
  add_dependencies(wheel _agent)
  install(TARGETS _agent DESTINATION stroboscope COMPONENT wheel)
  if(EXISTS ${CMAKE_SOURCE_DIR}/python_shim/stroboscope.pth)
    install(FILES python_shim/stroboscope.pth DESTINATION . COMPONENT wheel)
  endif()
endif()
if(TARGET strobe-hub)
  add_dependencies(wheel strobe-hub)
  install(TARGETS strobe-hub RUNTIME DESTINATION stroboscope/bin COMPONENT wheel)
  install(TARGETS strobe-hub RUNTIME DESTINATION bin COMPONENT hub EXCLUDE_FROM_ALL)
endif()
