import Glibc
import Sidecar

exit(SidecarProcess.main(Array(CommandLine.arguments.dropFirst())).rawValue)
