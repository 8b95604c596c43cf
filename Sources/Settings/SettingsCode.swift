/// The codes of everything that is said about settings; docs/settings.md has a line for each, none is ever reused.
public enum SettingsCode: String, Sendable, CaseIterable {
    /// The file is no YAML.
    case syntax = "C0001"
    case unknownKey = "C0002"
    /// A list where text is wanted, and the like.
    case wrongType = "C0003"
    /// The type is right, the value is not one of those that can be.
    case badValue = "C0004"
    case missingKey = "C0005"
    case givenTwice = "C0006"
    /// A secret stands in the file in clear.
    case inlineSecret = "C0007"
    /// A secret's file, variable or credential is not there or empty.
    case noSecret = "C0008"
    /// White space around a secret was cut off, or there is some inside.
    case blankInSecret = "C0009"
    /// Others on this machine may read a secret's file.
    case openFile = "C0010"
    /// Two sources for one value.
    case twoSources = "C0011"
    /// A variable that begins with `TOCSIN_` and means nothing.
    case unknownVariable = "C0012"
    /// Aliases, anchors and tags are not used in settings.
    case notPlain = "C0013"
    /// The settings file itself cannot be read.
    case unreadableFile = "C0014"
    /// It works, and more people can see it than may be meant.
    case exposed = "C0015"
}
