"""The commonest words of some languages of Latin script, by which they are told apart."""

from __future__ import annotations

from . import words

# code, name, words
COMMON = (
    (
        "en",
        "English",
        words(
            """
            the of and to a in is that it was for on are as with they be at this from have or by not but
            what were we when can there an which their if will each about how then them these would has had
            been its who more no my i his her our you he she than also such may into only other some could
            so
            """
        ),
    ),
    (
        "de",
        "German",
        words(
            """
            der die das und ist nicht ein eine zu den von mit sich auf für im dem auch als an es werden aus
            er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur
            oder aber vor zur bis mehr durch man kann wenn ich
            """
        ),
    ),
    (
        "fr",
        "French",
        words(
            """
            le la les de des et est un une du en que qui dans ce il pas pour sur se plus par au ne avec son
            sont cette mais ou ont été je nous vous elle comme aux leur être fait on
            """
        ),
    ),
    (
        "es",
        "Spanish",
        words(
            """
            el la los las de y que en un una es se no por con para su al lo del como más pero sus le ya o
            este sí porque esta entre cuando muy sin sobre también me hasta hay son fue
            """
        ),
    ),
    (
        "it",
        "Italian",
        words(
            """
            il lo la i gli le di e che un una in è per con non si da del della dei sono come anche più ma al
            alla nel nella questo questa ha essere se o su loro
            """
        ),
    ),
    (
        "pt",
        "Portuguese",
        words(
            """
            o a os as de e que um uma em é para com não se da do dos das por mais como mas ao foi na no nas
            nos ele ela sua seu ou ser quando muito também à são
            """
        ),
    ),
    (
        "nl",
        "Dutch",
        words(
            """
            de het een en van in is dat op te zijn niet met voor die aan er om als ook maar bij uit naar
            wordt door over zij hij werd dit deze heeft kan nog meer worden ik
            """
        ),
    ),
    (
        "sv",
        "Swedish",
        words(
            """
            och i att det som en på är av för med den till inte har de om ett han men var jag från vi så kan
            när eller hon skulle detta sig vid också än
            """
        ),
    ),
    (
        "da",
        "Danish",
        words(
            """
            og i at det er en til af den på for med der de som har ikke et om var jeg han men fra vi kan så
            når eller hun sig ved også end blev
            """
        ),
    ),
    (
        "pl",
        "Polish",
        words(
            """
            i w na z się do nie że to jest o jak po co ale od przez za dla są oraz czy jego być tym który
            która które tego
            """
        ),
    ),
)
