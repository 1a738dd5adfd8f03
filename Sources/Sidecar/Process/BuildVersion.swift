/// The version that `--version`, `outrigger_build_info` and the log name.
public enum BuildVersion {
    public static let text: StaticString = "0.1.0"
}
