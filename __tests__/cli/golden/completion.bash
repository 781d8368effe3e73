# Put it into ~/.bashrc: eval "$(iam-audit completion bash)"
_iam_audit() {
  local word="${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "audit gate update-baseline check snapshot explain who-can init completion --help --version" -- "$word"))
    return
  fi
  case "${COMP_WORDS[1]}" in
    audit) words="--config --baseline --fail-on --fail-on-severity --snapshot --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --save-snapshot --ids --holders --artifacts --format --json --out --help" ;;
    gate) words="--config --baseline --snapshot --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --base --format --json --out --help" ;;
    update-baseline) words="--config --baseline --update --users --justification --owner --expires --snapshot --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --save-snapshot --format --json --out --help" ;;
    check) words="--config --baseline --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --format --json --out --help" ;;
    snapshot) words="--agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --out --help" ;;
    explain) words="--config --snapshot --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --ids --ask-anyway --format --json --out --help" ;;
    who-can) words="--snapshot --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --ids --ask-anyway --format --json --out --help" ;;
    init) words="--account --repository --region --branch --reviewers --action --force --help" ;;
    completion) words="--help" ;;
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _iam_audit iam-audit
