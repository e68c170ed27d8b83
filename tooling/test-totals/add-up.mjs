/**
 * The totals of a gate that ended with `exitCode`.
 *
 * "0 failed" is never said of a gate that failed: a task counts as one failure unless its report already names what failed
 * (a type error, a crashed runner), so does a test file that did not load, and so does a gate that left no trace at all.
 */
export function addUp(reports, failedTasks, exitCode) {
  let passed = 0
  let failed = 0
  const explained = new Set()
  for (const { task, report } of reports) {
    const failures = report.numFailedTests + report.testResults.filter(didNotLoad).length
    passed += report.numPassedTests
    failed += failures
    if (failures > 0) explained.add(task)
  }
  failed += failedTasks.filter((task) => !explained.has(task)).length
  return { passed, failed: exitCode === 0 ? failed : Math.max(failed, 1) }
}

function didNotLoad(file) {
  return file.status === 'failed' && !file.assertionResults.some((assertion) => assertion.status === 'failed')
}
