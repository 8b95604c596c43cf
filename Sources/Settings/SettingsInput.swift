public import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What settings are made of: the file, the environment and the flags, in rising order.
public struct SettingsInput: Sendable {
    /// The settings file; nil for none.
    public var file: SourceText?
    /// Variables by name.
    public var environment: [String: String]
    /// Values of flags by the setting they set, such as `store` or `log.level`.
    public var flags: [String: String]
    /// Whether credentials are read and must be there; commands that talk to nobody say false.
    public var readsSecrets: Bool
    public var files: any SettingsFiles

    public init(
        file: SourceText?, environment: [String: String] = [:], flags: [String: String] = [:],
        readsSecrets: Bool = true, files: any SettingsFiles = SystemFiles()
    ) {
        self.file = file
        self.environment = environment
        self.flags = flags
        self.readsSecrets = readsSecrets
        self.files = files
    }

    /// The environment of this process: the only place in the project that asks for it.
    public static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let equals = pair.firstIndex(of: "=") {
                variables[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }
}

/// Settings and all that is to be said about them.
public struct SettingsResult: Sendable {
    /// nil when anything is an error.
    public let settings: Settings?
    /// In the order of their places.
    public let diagnostics: [SourcedDiagnostic]
}

/// Makes settings; see ``load(_:)``.
public enum SettingsLoader {
    /// The settings file that is read when none is named.
    public static let defaultFile = "tocsin.yaml"

    /// Settings with defaults filled in, or every error at once.
    ///
    /// - Returns: The same for the same input and files.
    public static func load(_ input: SettingsInput) -> SettingsResult {
        let report = SettingsReport()
        var settings = Settings()
        let root = parse(input.file, report)
        let overrides = SettingsOverrides(input, report)
        var reader = SettingsReader(input: input, report: report, overrides: overrides)
        if let root, case .map = root.content {
            reader.read(Section(root, path: "", source: input.file, report: report, overrides: overrides), &settings)
        } else {
            if let root, let source = input.file, root.kind != "nothing" {
                report.error(
                    .wrongType, "a settings file is a section of keys, and this is \(root.kind)", source, root.span)
            }
            reader.read(Section(nil, path: "", source: input.file, report: report, overrides: overrides), &settings)
        }
        overrides.reportUnknown(connections: settings.connections, receivers: settings.receivers)
        let diagnostics = report.sorted
        let isUsable = !diagnostics.contains { $0.diagnostic.level == .error }
        return SettingsResult(settings: isUsable ? settings : nil, diagnostics: diagnostics)
    }

    /// Reads the file at `path` first, then as ``load(_:)``; relative paths in it are relative to its folder.
    ///
    /// - Parameter path: nil for ``defaultFile`` where there is one, and no file where there is none.
    public static func load(path: String?, _ input: SettingsInput) -> SettingsResult {
        var input = input
        let wanted = path ?? input.environment["TOCSIN_SETTINGS"]
        do throws(FileFailure) {
            let name = wanted ?? defaultFile
            input.file = SourceText(name: name, text: try input.files.read(name).text)
        } catch {
            guard let wanted else { return load(input) }
            let place = SourceText(name: wanted, text: "")
            let diagnostic = Diagnostic(
                .error, SettingsCode.unreadableFile.rawValue, "the settings file cannot be read: \(error.reason)",
                at: Span(0, 0), help: "check the path, or copy the example from docs/settings.md")
            return SettingsResult(settings: nil, diagnostics: [SourcedDiagnostic(place, diagnostic)])
        }
        return load(input)
    }

    private static func parse(_ file: SourceText?, _ report: SettingsReport) -> SettingsNode? {
        guard let file else { return nil }
        do throws(UnreadableYAML) {
            return try SettingsParser.parse(file)
        } catch {
            report.error(error.code, error.message, file, error.span, help: error.help)
            return nil
        }
    }
}
