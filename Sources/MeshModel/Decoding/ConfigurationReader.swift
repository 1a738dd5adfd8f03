import Substrate

/// Files to a checked configuration.
///
/// Reads every document, decodes what can be decoded and checks the set as a whole, so that one run tells all. The
/// order of files and documents never matters.
public enum ConfigurationReader {
    /// - Throws: every problem found, bounded by `InvalidConfiguration.maxProblems`; then nothing was accepted.
    public static func read(_ files: [SourceFile]) throws(InvalidConfiguration) -> MeshConfiguration {
        let report = ProblemReport()
        var draft = Draft()
        var documents = 0
        for (index, file) in files.enumerated() {
            var reading = FileReading(file: file, fileIndex: index, report: report, documents: documents)
            reading.decode(into: &draft)
            documents = reading.documents
            if documents > DocumentLimits.maxDocuments { break }
        }
        draft.fillDefaults()
        let scope = ReferenceScope(draft: draft, report: report)
        ReferenceCheck(draft: draft, scope: scope, report: report).run()
        OwnershipCheck(draft: draft, report: report).run()
        ChannelCheck(draft: draft, scope: scope, report: report).run()
        AddressCheck(draft: draft, report: report).run()
        if let failure = report.failure { throw failure }
        return draft.configuration
    }
}
