; Installer of the studio's program: for one user, without an administrator. config/windows/package runs makensis and defines VERSION
; (0.1.0), FILES (folder of the programs and texts) and OUT (the installer).

Unicode true
Target amd64-unicode

; The program's commands behind the start menu's entries.
!define SETUP "setup --pause"
!define OVERVIEW "status --html"

!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Lichtbild"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"

!include MUI2.nsh
!include LogicLib.nsh

Name "Lichtbild"
OutFile "${OUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\Lichtbild"
; An update goes where the program is.
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
SetCompressor /SOLID lzma
; So large that the second copy of the program takes no space.
SetCompressorDictSize 32
; The same input gives the same installer.
SetDateSave off
ManifestDPIAware true
BrandingText "Lichtbild ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "Lichtbild"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Lichtbild Setup"
VIAddVersionKey LegalCopyright "MIT OR Apache-2.0"

!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TEXT "$(WelcomeText)"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\lichtbild-studio.exe"
!define MUI_FINISHPAGE_RUN_PARAMETERS "${SETUP}"
!define MUI_FINISHPAGE_RUN_TEXT "$(RunText)"
!define MUI_FINISHPAGE_SHOWREADME "$INSTDIR\LIESMICH.txt"
!define MUI_FINISHPAGE_SHOWREADME_NOTCHECKED
!define MUI_FINISHPAGE_SHOWREADME_TEXT "$(ReadmeText)"
!insertmacro MUI_PAGE_FINISH

!define MUI_UNCONFIRMPAGE_TEXT_TOP "$(KeptText)"
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES

!insertmacro MUI_LANGUAGE "German"
!insertmacro MUI_LANGUAGE "English"

LangString WelcomeText ${LANG_GERMAN} "Dieses Programm liefert Passfotos aus dem Fotostudio bei der Meldebehörde ein.$\r$\n$\r$\nEs wird nur für Ihr Benutzerkonto installiert; Administratorrechte sind nicht nötig. Eine laufende Überwachung wird beendet und danach wieder gestartet. Kein Foto geht dabei verloren."
LangString WelcomeText ${LANG_ENGLISH} "This program deposits passport photos from the photo studio at the registration office.$\r$\n$\r$\nIt is installed for your user account only; no administrator is needed. A running watch is ended and started again afterwards. No photo is lost."
LangString RunText ${LANG_GERMAN} "Diesen Computer jetzt einrichten"
LangString RunText ${LANG_ENGLISH} "Set up this computer now"
LangString ReadmeText ${LANG_GERMAN} "Anleitung zeigen"
LangString ReadmeText ${LANG_ENGLISH} "Show the instructions (in German)"
LangString KeptText ${LANG_GERMAN} "Das Programm und sein Autostart werden entfernt. Konfiguration und Schlüssel dieses Computers bleiben in $LOCALAPPDATA\Lichtbild, Fotos und Quittungen in Ihrem Exportordner. Beides können Sie danach selbst löschen; Quittungen enthalten Abrufcodes."
LangString KeptText ${LANG_ENGLISH} "The program and its start at logon are removed. Configuration and key of this computer stay in $LOCALAPPDATA\Lichtbild, photos and receipts in your export folder. You can delete both yourself afterwards; receipts contain retrieval codes."
LangString InUseText ${LANG_GERMAN} "lichtbild-studio.exe ist noch in Benutzung. Alle Fenster des Programms schließen, dann noch einmal versuchen."
LangString InUseText ${LANG_ENGLISH} "lichtbild-studio.exe is still in use. Close all windows of the program, then try again."

; Ends every running program of this installation. Each is safe to kill at any moment: it continues with the same codes. "Lichtbild USER" is the
; task's name in src/cli/studio/autostart/windows.rs.
!macro StopPrograms un
Function ${un}StopPrograms
    Push $0
    Push $1
    ReadEnvStr $0 USERNAME
    nsExec::Exec '"$SYSDIR\schtasks.exe" /end /tn "Lichtbild $0"'
    Pop $1
    nsExec::Exec '"$SYSDIR\taskkill.exe" /f /im lichtbild-studiow.exe'
    Pop $1
    nsExec::Exec '"$SYSDIR\taskkill.exe" /f /im lichtbild-studio.exe'
    Pop $1
    ; Windows releases the files of a killed program a moment later.
    StrCpy $0 0
    again:
    ClearErrors
    ${If} ${FileExists} "$INSTDIR\lichtbild-studio.exe"
        FileOpen $1 "$INSTDIR\lichtbild-studio.exe" a
        FileClose $1
    ${EndIf}
    ${If} ${FileExists} "$INSTDIR\lichtbild-studiow.exe"
        FileOpen $1 "$INSTDIR\lichtbild-studiow.exe" a
        FileClose $1
    ${EndIf}
    ${If} ${Errors}
        IntOp $0 $0 + 1
        ${If} $0 < 40
            Sleep 250
            Goto again
        ${EndIf}
        MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(InUseText)" /SD IDCANCEL IDRETRY again
        SetErrorLevel 2
        Abort "$(InUseText)"
    ${EndIf}
    Pop $1
    Pop $0
FunctionEnd
!macroend
!insertmacro StopPrograms ""
!insertmacro StopPrograms "un."

Section "Lichtbild"
    Call StopPrograms
    SetOutPath "$INSTDIR"
    File "${FILES}/lichtbild-studio.exe"
    File "${FILES}/lichtbild-studiow.exe"
    File "${FILES}/LIESMICH.txt"
    File "${FILES}/LICENSE-MIT.txt"
    File "${FILES}/LICENSE-APACHE.txt"
    File "${FILES}/LICENCES-OF-OTHERS.txt"
    WriteUninstaller "$INSTDIR\uninstall.exe"

    CreateDirectory "$SMPROGRAMS\Lichtbild"
    ; The programs run in this folder; none of their files is there.
    SetOutPath "$PROFILE"
    CreateShortcut "$SMPROGRAMS\Lichtbild\Lichtbild einrichten.lnk" "$INSTDIR\lichtbild-studio.exe" "${SETUP}"
    CreateShortcut "$SMPROGRAMS\Lichtbild\Lichtbild Übersicht.lnk" "$INSTDIR\lichtbild-studiow.exe" "${OVERVIEW}"
    CreateShortcut "$SMPROGRAMS\Lichtbild\Lichtbild deinstallieren.lnk" "$INSTDIR\uninstall.exe"

    WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "Lichtbild"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\lichtbild-studio.exe"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
    WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
    SectionGetSize 0 $0
    WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" $0

    ; After an update the watch goes on, as it was started: by its task, or by its entry in the registry. Without a task the first line does
    ; nothing.
    ReadEnvStr $0 USERNAME
    nsExec::Exec '"$SYSDIR\schtasks.exe" /run /tn "Lichtbild $0"'
    Pop $1
    ReadRegStr $0 HKCU "${RUN_KEY}" "Lichtbild"
    ${If} $0 != ""
        Exec $0
    ${EndIf}
SectionEnd

Section "Uninstall"
    Call un.StopPrograms
    ReadEnvStr $0 USERNAME
    nsExec::Exec '"$SYSDIR\schtasks.exe" /delete /tn "Lichtbild $0" /f'
    Pop $1
    DeleteRegValue HKCU "${RUN_KEY}" "Lichtbild"
    ; The task may have started a program in the meantime.
    Call un.StopPrograms

    Delete "$INSTDIR\lichtbild-studio.exe"
    Delete "$INSTDIR\lichtbild-studiow.exe"
    Delete "$INSTDIR\LIESMICH.txt"
    Delete "$INSTDIR\LICENSE-MIT.txt"
    Delete "$INSTDIR\LICENSE-APACHE.txt"
    Delete "$INSTDIR\LICENCES-OF-OTHERS.txt"
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
    RMDir /r "$SMPROGRAMS\Lichtbild"
    DeleteRegKey HKCU "${UNINSTALL_KEY}"
    DetailPrint "$(KeptText)"
SectionEnd
